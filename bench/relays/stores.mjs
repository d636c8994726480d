/** The store of a contender: a server of its own on a free port, with its files in a temporary folder. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { makeFolder } from '../child.mjs'
import * as support from './typescript.mjs'

const REDIS = 'redis-server'

/** Looked for, and installed, once. */
const onlyOnce = (find) => {
  let found
  return () => {
    found ??= find()
    return found
  }
}

const ensureRedis = onlyOnce(async () => {
  const why = support.inPath(REDIS) ? undefined : await support.aptInstall(REDIS)
  const path = support.inPath(REDIS)
  return path ? { path } : { missing: `no ${REDIS} is found, and none can be installed here (${why})` }
})
const ensurePostgres = onlyOnce(support.ensurePostgres)

const whyBy = (ensure) => async () => (await ensure()).missing

const toldVersion = (program) =>
  /\d+(\.\d+)+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))[0]

const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const answersPing = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const end = (is) => resolve(is) || socket.destroy()
    socket.on('data', (text) => end(text.toString().startsWith('+PONG'))).on('error', () => end(false))
  })

const startRedis = async (settings) => {
  const [dir, port] = [makeFolder('redis'), await support.freePort()]
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', dir, '--logfile', join(dir, 'redis.log')]
  let child
  const start = async () => {
    child = spawn((await ensureRedis()).path, [...args, ...settings], { stdio: 'ignore' })
    running.add(child)
    await support.until(() => answersPing(port), 'Redis answers')
  }
  const kill = async () => {
    running.delete(child)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await start()
  return { url: `redis://127.0.0.1:${port}`, start, kill, dispose: kill }
}

const ofRedis = (settings) => ({
  why: whyBy(ensureRedis),
  version: async () => `Redis ${toldVersion((await ensureRedis()).path)}`,
  open: () => startRedis(settings),
})

const postgres = {
  why: whyBy(ensurePostgres),
  version: async () => `PostgreSQL ${toldVersion(join((await ensurePostgres()).path, 'postgres'))}`,
  open: async () => {
    const server = await support.startPostgres((await ensurePostgres()).path, { synced: true })
    return { ...server, dispose: server.stop }
  },
}

const ofNats = (ensure, syncAlways, parametersOf) => ({
  why: whyBy(ensure),
  version: async () => `nats-server ${(await ensure()).version}`,
  open: async () => {
    const server = await support.startNatsServer({ program: (await ensure()).path, syncAlways })
    const url = `nats://${server.host}?${parametersOf(server)}`
    return { url, start: server.start, kill: () => server.kill(), dispose: server.dispose }
  },
})

/** In the contender's own process, or in files that it alone opens. */
const none = { why: async () => undefined, version: async () => '', open: async () => undefined }

export const STORES = {
  none,
  /** As Redis is when nothing is set: snapshots at 3600 s/1, 300 s/100 and 60 s/10,000 changes, no append-only file. */
  redis: ofRedis([]),
  /** As BullMQ's "going to production" asks for. */
  redisTuned: ofRedis([
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
    '--maxmemory-policy',
    'noeviction',
  ]),
  postgres,
  nats: ofNats(onlyOnce(support.ensureNats), false, () => 'durability=process-crash'),
  /** Debian 12's server does not know the setting. */
  natsSynced: ofNats(
    onlyOnce(support.ensureNewerNats),
    true,
    ({ monitor }) => `durability=fsync&monitor=${encodeURIComponent(monitor)}`,
  ),
}

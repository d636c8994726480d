import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { aptInstall } from './apt.ts'
import { freePort } from './free-port.ts'

const DEBIAN = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs; undefined when there is none. */
export const findPrograms = (): string | undefined =>
  (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))

/** The same, installed first when the machine has none and can. */
export const ensurePostgres = async (): Promise<{ path: string } | { missing: string }> => {
  const why = findPrograms() ? undefined : await aptInstall('postgresql')
  const path = findPrograms()
  if (path !== undefined) return { path }
  return { missing: `no PostgreSQL in ${DEBIAN}, and it cannot be installed here (${why})` }
}

/** A cluster of our own in a temporary folder, on a free port. It never outlives the process. */
export interface PostgresServer {
  readonly url: string
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>
  /** Again, with the same files on the same port. */
  start(): Promise<void>
  /** Ends it and removes its files. */
  stop(): void
}

/** PostgreSQL refuses to run as root: then it runs as the account Debian's package makes. */
const account = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

const isUp = async (url: string): Promise<boolean> => {
  const sql = postgres(url, { max: 1, connect_timeout: 1, onnotice: () => {} })
  const up = await sql`select 1`.then(
    () => true,
    () => false,
  )
  await sql.end({ timeout: 1 })
  return up
}

const running = new Set<() => void>()
process.on('exit', () => {
  for (const stop of running) stop()
})

const initialize = async (programs: string): Promise<{ folder: string; who: ReturnType<typeof account> }> => {
  const who = account()
  const folder = mkdtempSync(join(tmpdir(), 'wmkt-postgres-'))
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid)
  const init = [
    '-D',
    join(folder, 'data'),
    '-U',
    'test',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  await promisify(execFile)(join(programs, 'initdb'), init, { ...who, cwd: folder })
  return { folder, who }
}

/** @param synced each commit waits for the disk, PostgreSQL's own default; tests need none of it */
export const startPostgres = async (programs: string, { synced = false } = {}): Promise<PostgresServer> => {
  const { folder, who } = await initialize(programs)
  const port = await freePort()
  const place = ['-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder]
  const url = `postgres://test@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined
  const spawnServer = () =>
    spawn(join(programs, 'postgres'), synced ? place : [...place, '-F'], {
      ...{ ...who, cwd: folder, stdio: 'ignore' },
    })
  const start = async (): Promise<void> => {
    server = spawnServer()
    for (const end = Date.now() + 20_000; !(await isUp(url)); ) {
      if (Date.now() > end) throw new Error('PostgreSQL does not answer')
      // After a kill the backends of the dead server hold its memory for a moment: it refuses to start until they end.
      if (server.exitCode !== null) server = spawnServer()
    }
  }
  const stop = (): void => {
    running.delete(stop)
    server?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  const kill = async (): Promise<void> => {
    const gone = server && once(server, 'exit')
    server?.kill('SIGKILL')
    await gone
  }
  running.add(stop)
  await start()
  return { url, kill, start, stop }
}

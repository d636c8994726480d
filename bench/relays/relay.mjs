/** A contender as a process of its own: started, asked what it still has, frozen, killed. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const BIN = at('../../packages/relay/bin/wmkt-relay.js')
const STARTS_WITHIN_MS = 30_000

const running = new Set()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

const handleOf = (child, port, account) => ({
  port,
  account,
  signal: (name) => child.kill(name),
  async kill() {
    running.delete(child)
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  },
})

/** What the child tells first; rejects when it ends, or says nothing for long. */
const firstOf = async (child, name, told) => {
  running.add(child)
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    printed = (printed + text).slice(-2_000)
  })
  const silent = AbortSignal.timeout(STARTS_WITHIN_MS)
  const ended = once(child, 'exit', { signal: silent })
    .catch(() => {})
    .then(() => {
      throw new Error(`${name} did not start: ${printed.trim()}`)
    })
  ended.catch(() => {})
  return Promise.race([told, ended])
}

const startPeer = async ({ name, script, settings = '' }, { origin, storeUrl = '' }) => {
  const child = fork(at(`./contenders/${script}.mjs`), [origin, storeUrl, settings], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const [{ port }] = await firstOf(child, name, once(child, 'message'))
  const account = async (missing) => {
    child.send({ missing })
    return (await once(child, 'message'))[0]
  }
  return handleOf(child, port, account)
}

/** Our relay, as its command line starts it. */
const environmentOf = ({ origin, storeUrl, dataDir }) => ({
  ...{ PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', WMKT_ADMIN_PORT: '0' },
  ...{ WMKT_PROJECT_ID: 'demo-shop', WMKT_ACCESS_TOKEN: 'a.b.c', WMKT_API_URL: `${origin}/api/v1` },
  ...{ WMKT_DATA_DIR: dataDir, WMKT_RATE_LIMIT: '0', WMKT_LOG_LEVEL: 'error' },
  ...(storeUrl ? { WMKT_OUTBOX_URL: storeUrl } : {}),
})

const listening = (child) =>
  new Promise((resolve) => {
    let printed = ''
    child.stderr.on('data', (text) => {
      printed += text
      const found = /public http:\/\/[^ ]*?:(\d+)\/ · admin (http:\/\/[^ ]+?)\/?\s/.exec(printed)
      if (found) resolve(found)
    })
  })

/** What its admin listener says became of these nonces. */
const accountBy = (adminUrl) => async (missing) => {
  const fates = await Promise.all(
    missing.map(async (nonce) => {
      const answer = await fetch(`${adminUrl}/api/items/${nonce}`)
      return { nonce, state: answer.ok ? (await answer.json()).state : 'unknown' }
    }),
  )
  const nonces = (state) => fates.filter((fate) => fate.state === state).map(({ nonce }) => nonce)
  return { waiting: nonces('held'), setAside: nonces('buried') }
}

const startOurs = async ({ name }, place) => {
  const child = spawn(process.execPath, [BIN, 'start'], {
    ...{ env: environmentOf(place), stdio: ['ignore', 'ignore', 'pipe'] },
  })
  const [, port, adminUrl] = await firstOf(child, name, listening(child))
  return handleOf(child, Number(port), accountBy(adminUrl))
}

/** @param place where the upstream, the store and the folder are */
export const startRelay = (contender, place) =>
  contender.ours ? startOurs(contender, place) : startPeer(contender, place)

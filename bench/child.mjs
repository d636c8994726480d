import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folders = []
const children = new Set()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const dir of folders) rmSync(dir, { recursive: true, force: true })
})

/** A folder for one run's files; gone at the exit. */
export const makeFolder = (name) => {
  const dir = mkdtempSync(join(tmpdir(), `wmkt-bench-${name}-`))
  folders.push(dir)
  return dir
}

const TICK_US = 10_000

/** Time on the processors that a process and its threads have taken so far, in µs. */
export const cpuUsOf = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(user) + Number(system)) * TICK_US
}

/** Starts a script of this folder as a process of its own; resolves with its first message. */
export const startChild = async (script, args = [], execArgv = []) => {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = fork(path, args, { execArgv })
  children.add(child)
  child.once('exit', () => children.delete(child))
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${code}`)
  })
  const heard = () => Promise.race([once(child, 'message').then(([message]) => message), failed])
  const hello = await heard()
  return {
    hello,
    pid: child.pid,
    ask: (order) => {
      const answer = heard()
      child.send(order)
      return answer
    },
    async end() {
      failed.catch(() => {})
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

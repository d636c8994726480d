import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from './median.mjs'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const BIN = at('../packages/sandbox/bin/wmkt-sandbox.js')
const BARE = at('./servers/bare-pglite.mjs')

/** Milliseconds from the spawn to the first line it prints, or to its end when it prints none. */
const timeOf = async (args) => {
  const from = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), ended])
  const tookMs = performance.now() - from
  child.kill()
  await ended
  return tookMs
}

/**
 * How soon the command `wmkt-sandbox` is ready on a folder that holds data, beside node that does nothing, and node
 * that opens the embedded database and nothing else. Rounds are interleaved, medians of them.
 */
export const benchReady = async (dataDir, rounds) => {
  const parts = {
    node: ['-e', '0'],
    bare: [BARE, join(dataDir, 'db')],
    sandbox: [BIN, '--port', '0', '--data-dir', dataDir, '--log-level', 'warn'],
  }
  const times = { node: [], bare: [], sandbox: [] }
  for (let round = 0; round < rounds; round++)
    for (const [name, args] of Object.entries(parts)) times[name].push(await timeOf(args))
  const [node, bare, sandbox] = Object.keys(parts).map((name) => median(times[name]))
  return {
    ...{ nodeMs: Math.round(node), bareMs: Math.round(bare), sandboxMs: Math.round(sandbox) },
    ratio: +(sandbox / bare).toFixed(2),
  }
}

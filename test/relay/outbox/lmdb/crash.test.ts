import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isBalanced } from '../../../../packages/relay/src/outbox/ledger.ts'
import type { Fate, LeasedEntry, LocalOutbox } from '../../../../packages/relay/src/outbox/outbox.ts'
import { type LmdbFolder, makeLmdbFolder } from './lmdb-folder.ts'

let folder: LmdbFolder
beforeEach(async () => {
  folder = await makeLmdbFolder()
})
afterEach(() => folder.dispose())

const worker = new URL('./children/worker.mjs', import.meta.url).pathname

/** Runs a worker until it has said so many lines, and kills it with -9 in the middle of its work. */
const liveAndDie = async (life: number, lines: number): Promise<string[]> => {
  const child = spawn(process.execPath, [worker, folder.dir, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: string[] = []
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (said.length === lines) child.kill('SIGKILL')
  }
  const [, signal] = await exited
  expect(signal).toBe('SIGKILL')
  return said
}

/** What the answers promised of each nonce: the last word counts. */
const promisesOf = (said: readonly string[]): Map<string, string> => {
  const promises = new Map<string, string>()
  for (const line of said) {
    const [what = '', nonce = ''] = line.split(' ')
    const before = promises.get(nonce)
    if (what !== 'put' || before === undefined) promises.set(nonce, what)
  }
  return promises
}

/** Where an entry may be, given the last answer about it: a later step may have been synced and not yet said. */
const MAY_BE: Record<string, Fate['state'][]> = {
  put: ['held', 'delivered', 'buried'],
  mark: ['held', 'delivered', 'buried'],
  retry: ['held', 'delivered', 'buried'],
  redrive: ['held', 'delivered', 'buried'],
  bury: ['buried', 'held'],
  ack: ['delivered'],
}

const leaseAll = async (outbox: LocalOutbox): Promise<LeasedEntry[]> => {
  const entries = await Promise.all(outbox.lanes().map((lane) => outbox.lease(lane, 1_000_000)))
  return entries.flat()
}

test('killed with -9 in the middle of work, again and again, it loses nothing it answered for and miscounts nothing', {
  timeout: 60_000,
}, async () => {
  const said: string[] = []
  for (let life = 1; life <= 5; life += 1) {
    said.push(...(await liveAndDie(life, 700 * life)))
    const outbox = await folder.open({ ownerWaitMs: 0 })
    const promises = promisesOf(said)
    const broken = [...promises].filter(([nonce, what]) => {
      const state = outbox.fate(nonce)?.state
      return state === undefined || !MAY_BE[what]?.includes(state)
    })
    expect(broken).toEqual([])
    const ledger = outbox.ledger()
    expect(isBalanced(ledger)).toBe(true)
    const held = await leaseAll(outbox)
    expect(held).toHaveLength(ledger.held)
    expect([...outbox.deadLetters()]).toHaveLength(ledger.buried)
    expect(ledger.received).toBeGreaterThanOrEqual(promises.size)
    const marked = held.filter(({ nonce }) => promises.get(nonce) === 'mark')
    expect(marked.every(({ attempting, kind }) => attempting && kind === 'interaction')).toBe(true)
    await outbox.close()
  }
})

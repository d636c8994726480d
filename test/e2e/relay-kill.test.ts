import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type RelayChild, type SandboxChild, startRelayChild, startSandboxChild } from '../support/chain.ts'
import { pause, startLoad } from '../support/load.ts'
import { drained, reckon } from '../support/reckoning.ts'
import { createSeeded, oneOf, wholeIn } from '../support/seeded.ts'
import { SOAK } from '../support/soak-scale.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** The whole relay under load, in processes of its own, the sandbox misbehaving, until everything has been accounted for. */
let sandbox: SandboxChild
let relay: RelayChild

beforeAll(async () => {
  sandbox = await startSandboxChild()
})
afterAll(() => sandbox?.child.end())
beforeEach(() => sandbox.mend())

const startRelay = async (): Promise<RelayChild> => {
  relay = await startRelayChild(sandbox, tempFolder('relay'), {
    WMKT_RATE_LIMIT: '0',
    WMKT_LOG_LEVEL: 'warn',
  })
  onTestFinished(async () => {
    await relay.end()
  })
  return relay
}

/** A misbehaviour of the upstream for some requests to come. */
const faultBy = (random: () => number): object => {
  const on = oneOf(random, 'createEvent', 'createEvent', 'createOfflineInteraction', '*')
  const times = wholeIn(random, 1, 12)
  return oneOf(
    random,
    { kind: 'status', status: 503, on, times },
    { kind: 'status', status: 500, on, times },
    { kind: 'status', status: 401, on, times: 2 },
    { kind: 'rate-limit', retryAfterS: 1, on, times: 2 },
    { kind: 'cut', when: 'after-storing', on, times },
    { kind: 'cut', when: 'before-storing', on, times },
    { kind: 'delay', delayMs: wholeIn(random, 10, 800), on, times },
  )
}

test(`killed with -9 under load, again and again, it loses nothing and doubles nothing (seed ${SOAK.seed})`, async () => {
  const random = createSeeded(SOAK.seed)
  await startRelay()
  const load = startLoad({ url: relay.url, random, name: 'kill', interactions: 4 })
  for (let round = 0; round < SOAK.rounds; round += 1) {
    await sandbox.fault(faultBy(random))
    await sandbox.fault(faultBy(random))
    await pause(wholeIn(random, 100, 1_500))
    await relay.end('SIGKILL')
    await relay.restart()
  }
  await load.stop()
  await sandbox.mend()
  await relay.end()
  await relay.restart()
  await drained(relay, 60_000 + SOAK.rounds * 2_000)
  const { events, interactions, letters } = await reckon(load, 'kill', relay, sandbox)
  const codes = [...new Set(letters.values())]
  expect(codes.filter((code) => code !== 'IN_DOUBT' && code !== 'FORBIDDEN')).toEqual([])
  console.log(
    `${SOAK.rounds} kills, ${events} events, ${interactions} interactions, ${letters.size} dead letters (${codes}), 0 lost, 0 doubled`,
  )
})

describe('the credential', () => {
  test('replaced under load while its key is revoked and its tokens expire: no batch is refused, no item lost', async () => {
    await startRelay()
    const load = startLoad({ url: relay.url, random: createSeeded(SOAK.seed), name: 'rotate' })
    await pause(500)
    await sandbox.fault({ kind: 'revoke-key' })
    await sandbox.fault({ kind: 'expire-tokens' })
    await expect.poll(async () => JSON.stringify((await relay.status()).forward)).toContain('parked')
    await sandbox.rotateKey()
    await pause(500)
    await load.stop()
    expect([...load.refusals]).toEqual([])
    await drained(relay, 30_000)
    expect((await reckon(load, 'rotate', relay, sandbox)).letters.size).toBe(0)
  })
})

describe('a second process', () => {
  test('waits for the first to leave, then takes over: nothing is lost, nothing doubled', async () => {
    await startRelay()
    const load = startLoad({ url: relay.url, random: createSeeded(SOAK.seed), name: 'roll', interactions: 4 })
    for (let round = 0; round < 2; round += 1) {
      await pause(300)
      const successor = relay.begin()
      // Long enough that it has come to the lock, and waits there.
      await pause(1_500)
      expect(await relay.end()).toBe(0)
      await successor.saw(/public http/)
      relay.follow(successor)
    }
    await load.stop()
    await drained(relay, 30_000)
    const { letters } = await reckon(load, 'roll', relay, sandbox)
    expect([...letters.values()].filter((code) => code !== 'IN_DOUBT')).toEqual([])
  })

  test('exits 1 and names the holder when the first stays, which is not disturbed', async () => {
    await startRelay()
    const second = relay.begin()
    await expect(second.saw(/public http/)).rejects.toThrow(
      new RegExp(`exited with 1 [\\s\\S]*owned by process ${relay.pid()} on `),
    )
    expect((await fetch(`${relay.url}/readyz`)).status).toBe(200)
  })
})

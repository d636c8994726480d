import { expect, test } from 'vitest'
import { pause, startLoad } from '../support/load.ts'
import {
  drained,
  eventsAt,
  inTime,
  lettersAt,
  missingEvents,
  reckonItems,
  reckonLedger,
} from '../support/reckoning.ts'
import { createSeeded, wholeIn } from '../support/seeded.ts'
import { type Browsing, startBrowsing } from '../support/soak/browsing.ts'
import { nextMishap, upstreamMishap } from '../support/soak/mishaps.ts'
import { type Rig, type SoakedRelay, startRig } from '../support/soak/rig.ts'
import { SOAK } from '../support/soak-scale.ts'
import { workQueueText } from '../support/work-queue.ts'

const forMs = SOAK.minutes * 60_000
const isLong = SOAK.minutes >= 0.5
const DRAIN_MS = isLong ? 400_000 : 60_000

const tell = (line: string) => {
  if (isLong) console.log(line)
}

/** Things go wrong one after the other until the time is over; resolves to how many did. */
const rage = async (rig: Rig, browsing: Browsing, seed: number): Promise<number> => {
  const [upstream, process] = [createSeeded(seed + 1), createSeeded(seed + 2)]
  const end = Date.now() + forMs
  let count = 0
  const strand = async (random: () => number, strike: () => Promise<string>) => {
    while (Date.now() < end) {
      await pause(Math.min(wholeIn(random, 100, 2_000), Math.max(0, end - Date.now())))
      const what = await strike()
      count += 1
      tell(`  ${Math.max(0, Math.round((end - Date.now()) / 1_000))} s to go · ${count} · ${what}`)
    }
  }
  await Promise.all([
    strand(upstream, () => upstreamMishap(rig, upstream)),
    strand(process, () => nextMishap(rig, browsing, process)()),
  ])
  return count
}

/** All is well again; after a long run relays are started anew, since what was tried often waits for minutes. */
const mend = async ({ isLong, sandbox, relays }: Rig) => {
  await sandbox.mend()
  const restart = async (relay: SoakedRelay) => {
    await relay.end()
    await relay.restart()
  }
  if (isLong) await Promise.all(relays.map(restart))
}

/** `received = held + buried + Σ endings`, once a relay has seen what its companions did. */
const lawHolds = async (relay: SoakedRelay, received: number) => {
  const buried = (await lettersAt(relay)).size
  await inTime(() => reckonLedger(relay, received, buried))
}

/** When they never are empty: what relays, queue and servers say. */
const drainedOrWhy = async ({ relays, shared }: Rig): Promise<void> => {
  try {
    for (const relay of relays) await drained(relay, DRAIN_MS)
  } catch (error) {
    const statuses = await Promise.all(relays.map((relay) => relay.status()))
    const texts = statuses.map(({ ledger, forward }) => JSON.stringify({ ledger, forward }))
    throw new Error([error, ...texts, await sharedText({ shared })].join('\n'))
  }
}

const sharedText = async (
  { shared }: Pick<Rig, 'shared'>,
  nonces: readonly string[] = [],
): Promise<string> => {
  if (!shared) return ''
  const hosts = shared.servers.map(({ host }) => host).join(',')
  return [
    await workQueueText(hosts, nonces),
    await shared.cluster?.state(),
    ...shared.relays.map((one) => one.output()),
  ].join('\n')
}

test(`whatever goes wrong, nothing is lost and nothing doubled (${SOAK.minutes} minutes, seed ${SOAK.seed})`, {
  timeout: forMs + DRAIN_MS + 240_000,
}, async () => {
  const rig = await startRig(isLong)
  const { sandbox, lmdb, shared } = rig
  const browsing = await startBrowsing(lmdb.url, createSeeded(SOAK.seed + 3))
  const loadOn = (url: string, name: string) =>
    startLoad({ url, name, random: createSeeded(SOAK.seed + name.length), senders: 2, interactions: 4 })
  const loads = [
    { load: loadOn(lmdb.url, 'lmdb'), relay: lmdb, name: 'lmdb' },
    ...(shared
      ? [{ load: loadOn(shared.balancer.url, 'shared'), relay: shared.relays[0] ?? lmdb, name: 'shared' }]
      : []),
  ]
  const mishaps = await rage(rig, browsing, SOAK.seed)
  await mend(rig)
  tell('  all is well again: what is held is waited for')
  const stops = [browsing.stop(DRAIN_MS), ...loads.map(({ load }) => load.stop())]
  await Promise.all(stops).catch((error) => {
    throw new Error(`${error}\n${lmdb.output()}`, { cause: error })
  })
  await drainedOrWhy(rig)

  const told: string[] = []
  for (const { load, relay, name } of loads) {
    const { events, interactions, letters } = await inTime(() =>
      reckonItems(load, name, relay, sandbox),
    ).catch(async (error) => {
      const missing = await missingEvents(load, name, relay, sandbox)
      throw new Error([error, await sharedText(rig, missing)].join('\n'))
    })
    const codes = [...new Set(letters.values())]
    expect(codes.filter((code) => code !== 'IN_DOUBT' && code !== 'FORBIDDEN')).toEqual([])
    const others = relay === lmdb ? browsing.recorded.size : 0
    await lawHolds(relay, events + interactions + others)
    told.push(
      `${name}: ${events} events, ${interactions} interactions, ${letters.size} dead letters (${codes})`,
    )
  }
  const seen = await eventsAt(sandbox, 'browser', browsing.recorded.size)
  const buried = await lettersAt(lmdb)
  expect(seen).toHaveLength(new Set(seen).size)
  expect([...browsing.recorded].filter((nonce) => !seen.includes(nonce) && !buried.has(nonce))).toEqual([])
  console.log(
    `seed ${SOAK.seed}, ${SOAK.minutes} minutes, ${mishaps} mishaps: ${told.join('; ')}; browser: ${browsing.recorded.size} events; 0 lost, 0 doubled, the books balanced`,
  )
})

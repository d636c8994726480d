import { beforeEach, describe, expect, test, vi } from 'vitest'
import { encodeFrame } from '../../packages/relay/src/outbox/nats/frame.ts'
import type { ItemState } from '../../packages/relay/src/outbox/nats/item-record.ts'
import type { SettleParts } from '../../packages/relay/src/outbox/nats/settle.ts'
import type { runHistory } from './history.ts'

/** Bugs planted into the shipped parts, one at a time: a simulation that finds none of them would prove nothing. */
const PARTS = '../../packages/relay/src/outbox/nats'
/** Histories within which each must be found. */
const SEEDS = 1_200

beforeEach(() => {
  vi.resetModules()
  for (const part of [
    'item-record',
    'settle',
    'letter-box',
    'nonce-bucket',
    'enqueue',
    'sweep',
    'whereabouts',
  ])
    vi.doUnmock(`${PARTS}/${part}.ts`)
})

/** What goes wrong in the first history in which something of the kind does. */
const firstFault = async (kind: RegExp): Promise<string | undefined> => {
  const history: { runHistory: typeof runHistory } = await import('./history.ts')
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { faults } = await history.runHistory(seed)
    const fault = faults.find((one) => kind.test(one))
    if (fault !== undefined) return fault
  }
  return undefined
}

type Records = typeof import('../../packages/relay/src/outbox/nats/item-record.ts')
type Settling = typeof import('../../packages/relay/src/outbox/nats/settle.ts')
type Queueing = typeof import('../../packages/relay/src/outbox/nats/enqueue.ts')
type Places = typeof import('../../packages/relay/src/outbox/nats/whereabouts.ts')
type Buckets = typeof import('../../packages/relay/src/outbox/nats/nonce-bucket.ts')

const plantInRecords = (bug: (real: Records) => Partial<Records>) =>
  vi.doMock(`${PARTS}/item-record.ts`, async (original) => {
    const real = await original<Records>()
    return { ...real, ...bug(real) }
  })

describe('the simulation finds', { timeout: 300_000 }, () => {
  test('a mark that is forgotten', async () => {
    plantInRecords(({ stateAfter }) => ({
      stateAfter: (held, settlement, now): ItemState =>
        settlement.type === 'mark' ? held : stateAfter(held, settlement, now),
    }))
    expect(await firstFault(/^(doubled|delivered and buried)/)).toBeDefined()
  })

  test('a relay that goes on with an item which another has gone on with', async () => {
    plantInRecords(({ clashOf }) => ({
      clashOf: (wanted, mine, now) => (clashOf(wanted, mine, now) === 'done' ? 'done' : 'again'),
    }))
    expect(await firstFault(/^(doubled|lost|delivered and buried)/)).toBeDefined()
  })

  test('an item that is taken off before its end is written', async () => {
    vi.doMock(`${PARTS}/settle.ts`, async (original) => {
      const real = await original<Settling>()
      const createSettle = (parts: SettleParts) => {
        const shipped = real.createSettle(parts)
        const settle: typeof shipped.settle = async (item, settlement) => {
          if (settlement.type === 'bury') await parts.remove(item.entry.ref.seq).catch(() => {})
          return shipped.settle(item, settlement)
        }
        return { ...shipped, settle }
      }
      return { ...real, createSettle }
    })
    expect(await firstFault(/^lost/)).toBeDefined()
  })

  test('nonces that are forgotten', async () => {
    vi.doMock(`${PARTS}/nonce-bucket.ts`, async (original) => {
      const real = await original<Buckets>()
      const createNonceBucket: Buckets['createNonceBucket'] = (kv, link) => ({
        read: async () => undefined,
        write: real.createNonceBucket(kv, link).write,
      })
      return { ...real, createNonceBucket }
    })
    expect(await firstFault(/^(doubled|held for ever|never accepted|a client)/)).toBeDefined()
  })

  test('a bucket that writes whatever was there before', async () => {
    vi.doMock(`${PARTS}/nonce-bucket.ts`, async (original) => {
      const real = await original<Buckets>()
      const createNonceBucket: Buckets['createNonceBucket'] = (kv, link) => {
        const { read, write } = real.createNonceBucket(kv, link)
        const overwrite: typeof write = async (key, record, revision) =>
          (await write(key, record, revision)) ?? write(key, record, (await read(key))?.revision ?? 0)
        return { read, write: overwrite }
      }
      return { ...real, createNonceBucket }
    })
    expect(await firstFault(/^(doubled|lost|held for ever|delivered and buried)/)).toBeDefined()
  })

  test('a work queue that is asked to judge: its servers come to number otherwise, and take off what was not delivered', async () => {
    vi.doMock(`${PARTS}/enqueue.ts`, async (original) => {
      const real = await original<Queueing>()
      const createEnqueue: Queueing['createEnqueue'] = ({ js, persist }, names) => {
        return async (head, record, copy) => {
          const subject = names.subject.item(head.lane, head.nonce)
          const options = { msgID: copy ?? `${head.kind}.${head.nonce}`, expect: { lastSubjectSequence: 0 } }
          const put = () => js.publish(subject, encodeFrame(head, record), options)
          const { seq, duplicate } = await persist(put).catch(() => ({ seq: 0, duplicate: true }))
          return { seq, isNew: !duplicate }
        }
      }
      return { ...real, createEnqueue }
    })
    expect(await firstFault(/^lost/)).toBeDefined()
  })

  test('what a queue has forgotten, when nobody looks for it', async () => {
    vi.doMock(`${PARTS}/sweep.ts`, () => ({ createSweep: () => async () => {} }))
    expect(await firstFault(/^held for ever/)).toBeDefined()
  })

  test('what a queue has forgotten, when it is taken for done', async () => {
    vi.doMock(`${PARTS}/whereabouts.ts`, async (original) => {
      const real = await original<Places>()
      const whereaboutsOf: Places['whereaboutsOf'] = (seq, record, stand, now) => {
        const at = real.whereaboutsOf(seq, record, stand, now)
        return at === 'forgotten' ? 'done' : at
      }
      return { ...real, whereaboutsOf }
    })
    expect(await firstFault(/^(lost|held for ever)/)).toBeDefined()
  })
})

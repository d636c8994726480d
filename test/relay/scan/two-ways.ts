import { parseBatch } from '@wmkt/protocol/parse'
import type { Coercion, Schema } from '@wmkt/protocol/schema'
import { expect } from 'vitest'
import { parseJson } from '../../../packages/relay/src/collect/json.ts'
import { type ItemPolicy, type Sifted, sift, siftPlain } from '../../../packages/relay/src/collect/sift.ts'
import { createRequests } from '../../../packages/relay/src/forward/request.ts'
import { decodeRecord, encodeRecord, itemRecordsOf } from '../../../packages/relay/src/record.ts'
import { openRecord } from '../../../packages/relay/src/record-reader.ts'
import { createBatchScanner, type PlainBatch } from '../../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../../packages/relay/src/scan/plain-type.ts'
import { createValidation, type Validation } from '../../../packages/relay/src/schema/validation.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { createTurnedClock } from '../../support/turned-clock.ts'
import { expectSameRequest } from '../forward/same-request.ts'

/** Judges by a schema that never changes. */
export const judgeOf = (schema: Schema | undefined, coercions: readonly Coercion[] = []): Validation =>
  createValidation({
    policy: 'hold',
    coercions: new Set(coercions),
    registry: { schema: () => schema, ask: () => undefined, status: () => ({ state: 'fresh' }) },
    clock: createTurnedClock(),
    log: silentLog,
  })

/** A body → the frame and the items of the batch in it, by the parser alone. @throws when it is none */
export const parsedBatch = (raw: Buffer) => {
  const parsed = parseBatch(parseJson(raw))
  if (!parsed.ok) throw new Error(parsed.detail)
  const { items, ...frame } = parsed.batch
  return { frame, items }
}

/** What the parser and the verdict make of a body. @throws when it is no batch */
export const siftedLong = (raw: Buffer, policy: ItemPolicy): Sifted => {
  const { items } = parsedBatch(raw)
  return sift({ kind: 'items', keyed: false, frame: {}, items, bodyBytes: raw.length }, policy)
}

/** The same to be compared: what an entry is to the outbox, its fingerprint as text. */
export const readable = ({ entries, ...rest }: Sifted) => ({
  ...rest,
  entries: entries.map(({ index, kind, nonce, lane, fingerprint }) => ({
    ...{ index, kind, nonce, lane },
    fingerprint: fingerprint.toString(36),
  })),
})

export type Eyes = { schema?: Schema; coercions?: readonly Coercion[] }

const scan = createBatchScanner()
const requests = createRequests('demo-shop')
const HEAD = { receivedAt: 1_764_000_000_000, trackerId: 'of-the-batch' }

/** A record that says where its items lie gives the same items as one that does not, each by itself. */
const expectPlaces = (raw: Buffer, { events, layouts }: PlainBatch) => {
  const placed = encodeRecord(HEAD, raw, layouts)
  const items = decodeRecord(encodeRecord(HEAD, raw))
  expect(decodeRecord(placed)).toEqual(items)
  const [{ itemAt, plainAt }, cut] = [openRecord(placed), itemRecordsOf(placed)]
  for (const { index, kind, nonce, eventType } of events) {
    const item = itemAt(index)
    const plain = plainAt(index)
    if (!plain || !item) throw new Error('a plain event was not found')
    expectSameRequest(requests.deliverPlain(plain), requests.deliver(item))
    expect(item).toEqual(items[index])
    expect(item).toMatchObject({ kind, nonce, eventType })
    const own = cut(index)
    expect(decodeRecord(own.record)[own.index]).toEqual(item)
  }
  expect([items.length, itemAt(events.length)]).toEqual([events.length, undefined])
}

/** What the scanner took by types, and is sent unparsed by the same ones, would be sent as it is when parsed. */
const expectSending = ({ events, layouts }: PlainBatch, raw: Buffer, judge: Validation) => {
  const { itemAt } = openRecord(encodeRecord(HEAD, raw, layouts))
  for (const { index } of events) {
    const item = itemAt(index)
    if (!item) throw new Error('a plain event was not found')
    expect(judge.outgoing(item)).toEqual({ item: itemAt(index) })
  }
}

/**
 * Looks at a body both ways. What the scanner says must be what the parser and the verdict say, to the counts.
 *
 * @returns whether the scanner took it
 */
export const expectAlike = (raw: Buffer, { schema, coercions }: Eyes = {}): boolean => {
  const judge = () => (schema ? judgeOf(schema, coercions) : undefined)
  const [quickly, atLength] = [judge(), judge()]
  const found = scan(raw, quickly?.glance().types ?? anyType)
  if (!found) return false
  if (schema) expectSending(found, raw, judgeOf(schema, coercions))
  expect(found.frame).toEqual(parsedBatch(raw).frame)
  const quick = siftPlain(found.events, { interactions: 'off', judge: quickly })
  expect(readable(quick)).toEqual(readable(siftedLong(raw, { interactions: 'off', judge: atLength })))
  expect(quickly?.status()).toEqual(atLength?.status())
  expectPlaces(raw, found)
  return true
}

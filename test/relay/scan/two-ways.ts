import { parseBatch } from '@wmkt/protocol/parse'
import type { Coercion, Schema } from '@wmkt/protocol/schema'
import { expect } from 'vitest'
import { parseJson } from '../../../packages/relay/src/collect/json.ts'
import { type ItemPolicy, type Sifted, sift, siftPlain } from '../../../packages/relay/src/collect/sift.ts'
import { decodeRecord, encodeRecord, openRecord } from '../../../packages/relay/src/record.ts'
import { createBatchScanner } from '../../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../../packages/relay/src/scan/plain-type.ts'
import { createValidation, type Validation } from '../../../packages/relay/src/schema/validation.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { createTurnedClock } from '../outbox/turned-clock.ts'

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

/** The same with fingerprints to be compared. */
export const readable = ({ entries, ...rest }: Sifted) => ({
  ...rest,
  entries: entries.map(({ index, kind, nonce, lane, fingerprint }) => ({
    ...{ index, kind, nonce, lane },
    fingerprint: Buffer.from(fingerprint).toString('hex'),
  })),
})

export type Eyes = { schema?: Schema; coercions?: readonly Coercion[] }

const scan = createBatchScanner()

/**
 * Looks at a body both ways. What the scanner says must be what the parser and the verdict say, to the counts.
 *
 * @returns whether the scanner took it
 */
export const expectAlike = (raw: Buffer, { schema, coercions }: Eyes = {}): boolean => {
  const judge = () => (schema ? judgeOf(schema, coercions) : undefined)
  const [quickly, atLength] = [judge(), judge()]
  const found = scan(raw, quickly?.plainTypes() ?? anyType)
  if (!found) return false
  const { frame } = parsedBatch(raw)
  expect(found.frame).toEqual(frame)
  const quick = readable(siftPlain(found.events, { interactions: 'off', judge: quickly }))
  expect(quick).toEqual(readable(siftedLong(raw, { interactions: 'off', judge: atLength })))
  expect(quickly?.status()).toEqual(atLength?.status())
  const items = decodeRecord(encodeRecord({ receivedAt: 0 }, raw))
  expect(items.map(({ nonce, kind }) => [nonce, kind])).toEqual(
    quick.entries.map(({ nonce, kind }) => [nonce, kind]),
  )
  const itemAt = openRecord(encodeRecord({ receivedAt: 0 }, raw, found.starts))
  expect(found.events.map(({ index }) => itemAt(index))).toEqual(items)
  return true
}

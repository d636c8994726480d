import { type Static, Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Batch, ItemCode } from './batch.ts'
import type { Item } from './item.ts'
import {
  MAX_EVENT_TYPE_LENGTH,
  MAX_ITEMS,
  NONCE_PATTERN,
  PROTOCOL_VERSION,
  TRACKER_ID_PATTERN,
} from './limits.ts'
import type { ProblemCode } from './problem.ts'
import { parseRfc3339 } from './rfc3339.ts'
import { flawOf } from './walk.ts'

const Data = Type.Record(Type.String(), Type.Unknown())
const OccurredAt = Type.Optional(Type.Union([Type.Number(), Type.String({ maxLength: 64 })]))

const EventShape = Type.Object({
  kind: Type.Literal('event'),
  nonce: Type.String(),
  eventType: Type.String({ minLength: 1, maxLength: MAX_EVENT_TYPE_LENGTH }),
  occurredAt: OccurredAt,
  trackerId: Type.Optional(Type.Unknown()),
  data: Data,
})

const InteractionShape = Type.Object({
  kind: Type.Literal('interaction'),
  nonce: Type.String(),
  occurredAt: OccurredAt,
  userData: Data,
  nodeData: Data,
})

const BatchShape = Type.Object({
  v: Type.Optional(Type.Unknown()),
  projectId: Type.Optional(Type.String()),
  sentAt: Type.Optional(Type.Number()),
  consent: Type.Optional(
    Type.Union([Type.Literal('granted'), Type.Literal('required'), Type.Literal('denied')]),
  ),
  gpc: Type.Optional(Type.Boolean()),
  evicted: Type.Optional(Type.Integer({ minimum: 0 })),
  storage: Type.Optional(Type.Union([Type.Literal('disk'), Type.Literal('memory')])),
  items: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_ITEMS }),
})

const eventShape = TypeCompiler.Compile(EventShape)
const interactionShape = TypeCompiler.Compile(InteractionShape)
const batchShape = TypeCompiler.Compile(BatchShape)

export type ParsedBatch = Omit<Batch, 'items' | 'v'> & { items: unknown[] }
export type BatchResult =
  | { ok: true; batch: ParsedBatch }
  | { ok: false; code: Extract<ProblemCode, 'BATCH_INVALID' | 'VERSION_UNKNOWN'>; detail: string }

/** Untrusted JSON → the frame of a batch. Its items stay unparsed, so that a bad one costs only itself. */
export const parseBatch = (value: unknown): BatchResult => {
  if (!batchShape.Check(value))
    return { ok: false, code: 'BATCH_INVALID', detail: complaintOf(batchShape, value) }
  const batch: Static<typeof BatchShape> = value
  if (batch.v !== undefined && batch.v !== PROTOCOL_VERSION)
    return { ok: false, code: 'VERSION_UNKNOWN', detail: `v: expected ${PROTOCOL_VERSION}` }
  return { ok: true, batch }
}

export type ItemResult =
  /** `trackerDropped`: an ill-formed tracker ID was taken off; the item stays. */
  | { ok: true; item: Item; trackerDropped: boolean }
  | { ok: false; nonce: string | null; code: ItemCode; field?: string; message: string }

/** Untrusted JSON → one item, or the first reason why it is none. Does not mutate its input. */
export const parseItem = (value: unknown): ItemResult => {
  const nonce = nonceOf(value)
  const refuse = (code: ItemCode, field: string, message: string): ItemResult => ({
    ok: false,
    nonce,
    code,
    field,
    message,
  })
  if (!eventShape.Check(value) && !interactionShape.Check(value)) {
    const shape = kindOf(value) === 'interaction' ? interactionShape : eventShape
    return refuse('ITEM_INVALID', fieldOf(shape, value), complaintOf(shape, value))
  }
  if (nonce === null) return refuse('NONCE_INVALID', 'nonce', `expected ${NONCE_PATTERN.source}`)
  if (!isDate(value.occurredAt))
    return refuse('DATE_INVALID', 'occurredAt', 'expected epoch ms or an RFC 3339 date-time')
  const flaw = flawOfItem(value)
  return flaw ? refuse(flaw.code, flaw.field, flaw.message) : withTracker(value)
}

type Shaped = Static<typeof EventShape> | Static<typeof InteractionShape>

const flawOfItem = (item: Shaped) =>
  item.kind === 'event'
    ? (flawOf(item.eventType, 'eventType') ?? flawOf(item.data, 'data'))
    : (flawOf(item.userData, 'userData') ?? flawOf(item.nodeData, 'nodeData'))

/** Known members only: whatever else came with the item goes no further. */
const withTracker = (item: Shaped): ItemResult => {
  const known = item.kind === 'event' ? bareEvent(item) : bareInteraction(item)
  if (item.occurredAt !== undefined) known.occurredAt = item.occurredAt
  if (known.kind === 'interaction' || item.kind === 'interaction')
    return { ok: true, item: known, trackerDropped: false }
  const { trackerId } = item
  const fits = typeof trackerId === 'string' && TRACKER_ID_PATTERN.test(trackerId)
  if (fits) known.trackerId = trackerId
  return { ok: true, item: known, trackerDropped: !fits && trackerId !== undefined && trackerId !== null }
}

const bareEvent = ({ kind, nonce, eventType, data }: Static<typeof EventShape>): Item => ({
  kind,
  nonce,
  eventType,
  data,
})

const bareInteraction = ({ kind, nonce, userData, nodeData }: Static<typeof InteractionShape>): Item => ({
  kind,
  nonce,
  userData,
  nodeData,
})

const isDate = (value: number | string | undefined): boolean =>
  value === undefined ||
  (typeof value === 'number' ? Math.abs(value) <= 8.64e15 : parseRfc3339(value) !== undefined)

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

const kindOf = (value: unknown): unknown => memberOf(value, 'kind')

/** The nonce of an item that may be broken otherwise, so that its rejection can be matched by it. */
const nonceOf = (value: unknown): string | null => {
  const nonce = memberOf(value, 'nonce')
  return typeof nonce === 'string' && NONCE_PATTERN.test(nonce) ? nonce : null
}

type Check = typeof eventShape | typeof interactionShape | typeof batchShape

const fieldOf = (check: Check, value: unknown): string =>
  check.Errors(value).First()?.path.slice(1).replaceAll('/', '.').slice(0, 128) ?? ''

const complaintOf = (check: Check, value: unknown): string => {
  const error = check.Errors(value).First()
  const field = fieldOf(check, value)
  return field ? `${field}: ${error?.message ?? 'invalid'}` : (error?.message ?? 'invalid')
}

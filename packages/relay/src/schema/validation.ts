import type { EventItem, Item } from '@wmkt/protocol'
import {
  type Coercion,
  coerce,
  type DoubtCode,
  type Finding,
  type HoldCode,
  type TypeSchema,
  type Verdict,
  verdictOf,
} from '@wmkt/protocol/schema'
import type { Clock } from '../clock.ts'
import type { StampedItem } from '../record.ts'
import type { PlainItem } from '../record-reader.ts'
import type { PlainEvent } from '../scan/event.ts'
import { type CountBy, createCountBy } from '../telemetry/count-by.ts'
import type { Log } from '../telemetry/log.ts'
import { createGlance, type Glance } from './glance.ts'
import type { Hold, Outgoing } from './hold.ts'
import type { Registry, RegistryStatus } from './registry.ts'
import { createVerdictCounts, type TypeLine } from './verdict-counts.ts'

/** `hold`: what would be trashed is kept for a person. `warn`: it is counted and sent. `off`: nothing is looked at. */
export const VALIDATIONS = ['hold', 'warn', 'off'] as const
export type ValidationPolicy = (typeof VALIDATIONS)[number]

export type ValidationCounts = {
  /** Events that came while there was no schema to go by. */
  unchecked: number
  findings: Readonly<Partial<Record<`${Finding['level']} ${HoldCode | DoubtCode}`, number>>>
  coerced: Readonly<Partial<Record<Coercion, number>>>
  /** The project's event types. */
  eventTypes: readonly TypeLine[]
}

/** `GET /api/status`. */
export type SchemaStatus = RegistryStatus & ValidationCounts & { policy: ValidationPolicy }

/** Events against the project's event types, as they come in and as they go out. */
export interface Validation {
  /** What has to be waited for before these items can be judged: an unheard-of event type may be a new one. */
  prepare(items: readonly unknown[]): Promise<void> | undefined
  /** Why an item that came in will not be sent; undefined when it will. Counts what it finds. */
  holdOf(item: Item): Hold | undefined
  /** By the types of the moment: what fits at a glance has no finding. */
  glance(): Glance
  /** Counts events that fitted at a glance. */
  passed(events: readonly PlainEvent[]): void
  /** Whether its data are sent as they lie there, as by the schema of the moment they fitted at a glance. False where that has to be looked into. */
  isSentAsIs(item: Pick<PlainItem, 'judgedBy'>): boolean
  /** An item as it is sent, with what is allowed put right; or why it is not, by the schema of the moment. */
  outgoing(item: StampedItem): Outgoing | Promise<Outgoing>
  status(): SchemaStatus
}

export type ValidationOptions = {
  policy: Exclude<ValidationPolicy, 'off'>
  coercions: ReadonlySet<Coercion>
  registry: Pick<Registry, 'schema' | 'ask' | 'status'>
  clock: Clock
  log: Log
}

/** Nobody waits longer than this for an answer of the upstream's. */
export const LONGEST_WAIT_MS = 1_000
const MAX_SAID = 1_000

export const createValidation = (options: ValidationOptions): Validation => {
  const { policy, coercions, registry, clock } = options
  const findings: CountBy<`${Finding['level']} ${HoldCode | DoubtCode}`> = createCountBy()
  const coerced: CountBy<Coercion> = createCountBy()
  const verdicts = createVerdictCounts()
  const say = createSayer(options.log)
  const glanceBy = createGlance(coercions)
  const glance = () => glanceBy(registry.schema())
  let unchecked = 0

  const improve = (type: TypeSchema, data: EventItem['data']) =>
    coercions.size === 0 ? { data, done: [] } : coerce(type, data, coercions)
  const judge = (type: TypeSchema, event: EventItem): Verdict => {
    const { data, done } = improve(type, event.data)
    for (const { kind } of done) coerced.add(kind)
    return verdictOf(type, data)
  }
  const note = (type: string, found: readonly Finding[]): void => {
    for (const finding of found) {
      findings.add(`${finding.level} ${finding.code}`)
      say(type, finding)
    }
  }
  const unknownType = (): Hold => {
    findings.add('reject EVENT_TYPE_UNKNOWN')
    return UNKNOWN_TYPE
  }
  const holdOfEvent = (event: EventItem): Hold | undefined => {
    const schema = registry.schema()
    if (!schema) {
      unchecked += 1
      return undefined
    }
    const type = schema.types.get(event.eventType)
    if (!type) return unknownType()
    const verdict = judge(type, event)
    verdicts.add(type, verdict.level)
    note(type.reference, verdict.findings)
    return firstHoldIn(verdict)
  }

  const outgoingNow = (item: StampedItem): Outgoing => {
    const schema = item.kind === 'event' ? registry.schema() : undefined
    if (item.kind !== 'event' || !schema) return { item }
    const type = schema.types.get(item.eventType)
    if (!type) return policy === 'hold' ? { hold: UNKNOWN_TYPE } : { item }
    const { data } = improve(type, item.data)
    const hold = policy === 'hold' ? firstHoldIn(verdictOf(type, data)) : undefined
    return hold ? { hold } : { item: data === item.data ? item : { ...item, data } }
  }

  return {
    prepare(items) {
      const schema = registry.schema()
      const isNew = items.some((item) => isEventOfAnother(item, schema?.types))
      const answer = isNew ? registry.ask() : undefined
      return answer && within(answer, LONGEST_WAIT_MS, clock)
    },
    holdOf(item) {
      const hold = item.kind === 'event' ? holdOfEvent(item) : undefined
      // What is refused by an old schema may be welcome by now: those that follow are judged by a fresh one.
      if (hold) void registry.ask()
      return policy === 'hold' ? hold : undefined
    },
    glance,
    passed(events) {
      const schema = registry.schema()
      if (!schema) unchecked += events.length
      // Those of a kind together, as they often come.
      else
        for (let from = 0, to = 0; from < events.length; from = to) {
          const eventType = events[from]?.eventType ?? ''
          while (to < events.length && events[to]?.eventType === eventType) to += 1
          const type = schema.types.get(eventType)
          if (type) verdicts.add(type, 'ok', to - from)
        }
    },
    isSentAsIs: ({ judgedBy }) => judgedBy !== undefined && judgedBy === glance().mark,
    outgoing(item) {
      const now = outgoingNow(item)
      // A letter that is put back has had its event type mended a moment ago.
      const answer = 'hold' in now ? registry.ask() : undefined
      return answer ? within(answer, LONGEST_WAIT_MS, clock).then(() => outgoingNow(item)) : now
    },
    status: () => {
      const schema = registry.schema()
      return {
        policy,
        ...registry.status(),
        unchecked,
        findings: findings.read(),
        coerced: coerced.read(),
        eventTypes: schema ? verdicts.read(schema) : [],
      }
    },
  }
}

const UNKNOWN_TYPE: Hold = { code: 'EVENT_TYPE_UNKNOWN', field: 'eventType' }

const firstHoldIn = ({ findings }: Verdict): Hold | undefined => {
  for (const { level, code, field } of findings) if (level === 'reject') return { code, field }
  return undefined
}

/** Untrusted: items are looked at before they are parsed. */
const isEventOfAnother = (item: unknown, types: ReadonlyMap<string, unknown> | undefined): boolean =>
  typeof item === 'object' &&
  item !== null &&
  'eventType' in item &&
  typeof item.eventType === 'string' &&
  !types?.has(item.eventType)

const within = (work: Promise<void>, ms: number, clock: Clock): Promise<void> =>
  new Promise((resolve) => {
    const callOff = clock.after(ms, resolve)
    void work.then(() => {
      callOff()
      resolve()
    })
  })

/** Says each finding once, in words of the schema's own: keys that nobody asked for are a stranger's. */
const createSayer = (log: Log) => {
  const said = new Set<string>()
  return (eventType: string, { level, code, field }: Finding): void => {
    const named = code === 'FIELD_UNASKED' ? {} : { field }
    const key = `${eventType} ${code} ${named.field ?? ''}`
    if (said.has(key) || said.size >= MAX_SAID) return
    said.add(key)
    log.warn(
      { eventType, code, ...named },
      level === 'reject' ? WOULD_BE_TRASHED : 'an event may be trashed, or lose a value',
    )
  }
}

const WOULD_BE_TRASHED = 'an event would be trashed: it does not fit its event type'

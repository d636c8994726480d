import type { UserValue } from '../ingest/map-data.ts'

/** What an event or interaction tells about its user. */
export type Traces = { readonly trackerId: string | undefined; readonly values: readonly UserValue[] }

/** Who is known by a trace: `tracker <id>` or `field <name> <proof>` → user id. */
export type Known = Map<string, string>

export const trackerTrace = (trackerId: string): string => `tracker ${trackerId}`
export const proofTrace = (field: string, proof: string): string => `field ${field} ${proof}`

/** The traces by which users are told apart: the tracker ID and the discriminant fields. */
export const tracesOf = ({ trackerId, values }: Traces): readonly string[] => [
  ...(trackerId === undefined ? [] : [trackerTrace(trackerId)]),
  ...values.flatMap(({ field, proof, discriminant }) => (discriminant ? [proofTrace(field, proof)] : [])),
]

export type Reconciled = {
  /** The user, undefined when nothing tells who it was. */
  readonly userId: string | undefined
  readonly isNew: boolean
  /** Users who turned out to be the same person and are merged into `userId`. */
  readonly absorbed: readonly string[]
}

/**
 * Decides whose an event is. All users its traces point at are one person: the oldest (ids begin with their birth)
 * absorbs the others. Nobody known: a new user. `known` is brought up to date for the next event of the batch.
 */
export const reconcile = (traces: Traces, known: Known, makeId: () => string): Reconciled => {
  const keys = tracesOf(traces)
  if (keys.length === 0) return { userId: undefined, isNew: false, absorbed: [] }
  const found = [...new Set(keys.flatMap((key) => known.get(key) ?? []))].sort()
  const [oldest = makeId(), ...absorbed] = found
  for (const [key, userId] of known) if (absorbed.includes(userId)) known.set(key, oldest)
  for (const key of keys) known.set(key, oldest)
  return { userId: oldest, isNew: found.length === 0, absorbed }
}

import type { Reading, Schema, TypeSchema } from '@wmkt/protocol/schema'

/** An event type, and what was said since the start of its events that came to the door. */
export type TypeLine = {
  reference: string
  /** Of its fields: another one, another version. */
  hash: string
  ok: number
  warn: number
  reject: number
}

type Counts = Record<Reading, number>

/** Verdicts by event type: of the project's own types alone, since a stranger may name any. */
export interface VerdictCounts {
  add(type: TypeSchema, level: Reading, events?: number): void
  /** The types of a schema, those with most to tell first. */
  read(schema: Schema): TypeLine[]
}

const NONE: Readonly<Counts> = { ok: 0, warn: 0, reject: 0 }

export const createVerdictCounts = (): VerdictCounts => {
  const counts = new Map<string, Counts>()
  return {
    add({ reference }, level, events = 1) {
      const known = counts.get(reference)
      if (known) known[level] += events
      else counts.set(reference, { ...NONE, [level]: events })
    },
    read: ({ types }) =>
      [...types.values()]
        .map(({ reference, hash }) => ({ reference, hash, ...(counts.get(reference) ?? NONE) }))
        .sort(byWeight),
  }
}

const byWeight = (a: TypeLine, b: TypeLine): number =>
  b.reject - a.reject || b.warn - a.warn || b.ok - a.ok || (a.reference < b.reference ? -1 : 1)

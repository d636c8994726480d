import { createHash } from 'node:crypto'
import type { Coercion, Form, Schema } from '@wmkt/protocol/schema'
import { type PlainType, type PlainTypes, plainTypeOf } from '../scan/plain-type.ts'

/** Which events have nothing about them to find, nor to put right. */
export type Glance = {
  types: PlainTypes
  /** What was plain by a glance of this mark is so by any. Undefined while there is no schema. */
  mark: number | undefined
}

/** Events that wait for the first schema must not be waved through before it is there. */
const NOTHING: Glance = { types: () => undefined, mark: undefined }

/** To be raised when the same schema and coercions let other events pass than before: `glance.test.ts` tells. */
export const GLANCE_FORM = 1
const MARK_BYTES = 6

/** Schema → the glance by it, made once each. */
export const createGlance = (coercions: ReadonlySet<Coercion>): ((schema: Schema | undefined) => Glance) => {
  /** Of the values that the upstream would take as they are, only phone numbers may be rewritten all the same. */
  const isPutRight = (form: Form): boolean => form === 'phone' && coercions.has('phone')
  let of: Schema | undefined
  let glance = NOTHING
  const glanceBy = ({ types, hash }: Schema): Glance => {
    const known = new Map<string, PlainType>()
    for (const [reference, type] of types) known.set(reference, plainTypeOf(type, isPutRight))
    return { types: (eventType) => known.get(eventType), mark: markOf(hash, coercions) }
  }
  return (schema) => {
    if (schema !== of) glance = schema ? glanceBy(schema) : NOTHING
    of = schema
    return glance
  }
}

const markOf = (hash: string, coercions: ReadonlySet<Coercion>): number =>
  createHash('sha256')
    .update(JSON.stringify([GLANCE_FORM, hash, [...coercions].sort()]))
    .digest()
    .readUIntBE(0, MARK_BYTES)

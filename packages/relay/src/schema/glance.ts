import type { Coercion, Form, Schema } from '@wmkt/protocol/schema'
import { type PlainType, type PlainTypes, plainTypeOf } from '../scan/plain-type.ts'

/** Events that wait for the first schema must not be waved through before it is there. */
const noType: PlainTypes = () => undefined

/** Schema → its types for a glance, made once each. */
export const createGlance = (
  coercions: ReadonlySet<Coercion>,
): ((schema: Schema | undefined) => PlainTypes) => {
  /** Of the values that the upstream would take as they are, only phone numbers may be rewritten all the same. */
  const isPutRight = (form: Form): boolean => form === 'phone' && coercions.has('phone')
  let of: Schema | undefined
  let types = noType
  const typesOf = ({ types }: Schema): PlainTypes => {
    const known = new Map<string, PlainType>()
    for (const [reference, type] of types) known.set(reference, plainTypeOf(type, isPutRight))
    return (eventType) => known.get(eventType)
  }
  return (schema) => {
    if (schema !== of) types = schema ? typesOf(schema) : noType
    of = schema
    return types
  }
}

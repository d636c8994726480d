import type { Coercion, Form, Schema } from '@wmkt/protocol/schema'
import { type PlainType, type PlainTypes, plainTypeOf } from '../scan/plain-type.ts'

/** Values of these forms may be put right although the upstream would take them as they are. */
const PUT_RIGHT: Readonly<Partial<Record<Form, Coercion>>> = { phone: 'phone', date: 'date' }

/** Events that wait for the first schema must not be waved through before it is there. */
const noType: PlainTypes = () => undefined

/** Schema → its types for a glance, made once each. */
export const createGlance = (
  coercions: ReadonlySet<Coercion>,
): ((schema: Schema | undefined) => PlainTypes) => {
  const isPutRight = (form: Form): boolean => {
    const coercion = PUT_RIGHT[form]
    return coercion !== undefined && coercions.has(coercion)
  }
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

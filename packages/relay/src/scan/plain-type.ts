import { type Form, readValue, type SchemaField, type TypeSchema } from '@wmkt/protocol/schema'
import type { Body } from './body.ts'
import { isPlainEmail } from './email.ts'
import { isKnownAt, type KnownText, knownText } from './known-text.ts'
import { createNames } from './names.ts'
import { noteKey, type OpenKeys } from './open-keys.ts'
import { endOfBareText, NOT_PLAIN, QUOTE } from './text.ts'
import { type Budget, endOfKey, takeKey } from './value.ts'

/**
 * An event type as far as a glance at an event goes: its members are seen one after the other, and either all is surely
 * as the upstream wants it, or the parser and the verdict have to say.
 */
export interface PlainType {
  begin(): void
  /** Reads the key whose quote is at `from`: a field of the type, not seen yet. Returns where its value begins, or NOT_PLAIN. */
  readKey(body: Body, from: number, budget: Budget): number
  /** Whether the field whose key was read last has a value that the upstream takes. */
  takes(body: Body, from: number, to: number): boolean
  /** Whether nothing is missing. */
  isWhole(): boolean
}

/** Event type → what is known of it; undefined when it is none of the project's. */
export type PlainTypes = (eventType: string) => PlainType | undefined

const typeOfAnything = (): PlainType => {
  const seen: OpenKeys = []
  return {
    begin() {
      seen.length = 0
    },
    readKey(body, from, budget) {
      const colon = endOfKey(body, from, budget)
      const isNew = colon !== NOT_PLAIN && noteKey(body.bytes, seen, 0, from + 1, colon - 1)
      return isNew ? colon + 1 : NOT_PLAIN
    },
    takes: () => true,
    isWhole: () => true,
  }
}

const ANY = typeOfAnything()
/** Where nobody looks at types. */
export const anyType: PlainTypes = () => ANY

type Takes = (body: Body, from: number, to: number) => boolean
/** `head`: the key as it is written, with the colon behind it. */
type Field = {
  key: Uint8Array
  head: KnownText
  takes: Takes
  mandatory: boolean
  seenIn: number
  next: Field | undefined
}

/** @param isPutRight forms whose values may be put right, and are looked at more closely */
export const plainTypeOf = (type: TypeSchema, isPutRight: (form: Form) => boolean): PlainType => {
  const fields = [...type.keys].map((key) => plainFieldOf(key, type, isPutRight))
  const readField = createFieldReader(fields)
  const mandatory = fields.filter((field) => field.mandatory).length
  let field: Field | undefined
  let event = 0
  let missing = 0
  return {
    begin() {
      event += 1
      missing = mandatory
    },
    readKey(body, from, budget) {
      field = readField(body, from, budget)
      if (!field || field.seenIn === event) return NOT_PLAIN
      field.seenIn = event
      if (field.mandatory) missing -= 1
      return from + field.head.length
    },
    takes: (body, from, to) => field?.takes(body, from, to) === true,
    isWhole: () => missing === 0,
  }
}

/** Reads the key at `from`. Senders write the fields of a type in the same order again and again: what came after the last one is tried first. */
const createFieldReader = (
  fields: readonly Field[],
): ((body: Body, from: number, budget: Budget) => Field | undefined) => {
  const byName = createNames<Field>()
  for (const field of fields) byName.add(field.key, field)
  let last = fields[0]
  const search = (body: Body, from: number, budget: Budget): Field | undefined => {
    const colon = endOfKey(body, from, budget)
    const found = colon === NOT_PLAIN ? undefined : byName.find(body.bytes, from + 1, colon - 1)
    if (found && last) last.next = found
    last = found ?? last
    return found
  }
  return (body, from, budget) => {
    const guess = last?.next
    if (!guess || !isKnownAt(body, from, guess.head)) return search(body, from, budget)
    if (!takeKey(budget)) return undefined
    last = guess
    return guess
  }
}

/** Several fields may look up one key: its value has to suit them all. */
const plainFieldOf = (key: string, type: TypeSchema, isPutRight: (form: Form) => boolean): Field => {
  const fields = type.fields.filter((field) => field.key === key)
  const [takes = never, ...more] = fields.map((field) => takesOf(field, type, isPutRight))
  const text = JSON.stringify(key)
  return {
    key: Buffer.from(text).subarray(1, -1),
    head: knownText(`${text}:`),
    takes: more.reduce(both, takes),
    mandatory: fields.some(({ mandatory }) => mandatory),
    seenIn: 0,
    next: undefined,
  }
}

const both =
  (one: Takes, other: Takes): Takes =>
  (body, from, to) =>
    one(body, from, to) && other(body, from, to)

const either =
  (one: Takes, other: Takes): Takes =>
  (body, from, to) =>
    one(body, from, to) || other(body, from, to)

const isText: Takes = ({ bytes }, from, to) => bytes[from] === QUOTE && to - from > 2
const isNumber: Takes = ({ bytes }, from) => NUMERIC[bytes[from] ?? 0] === 1
const isEmail: Takes = ({ bytes }, from, to) => bytes[from] === QUOTE && isPlainEmail(bytes, from + 1, to - 1)
const isWord: Takes = ({ bytes }, from) => bytes[from] === TRUE || bytes[from] === FALSE
const never: Takes = () => false

const NUMERIC = Uint8Array.from({ length: 256 }, (_, byte) =>
  '-0123456789'.includes(String.fromCharCode(byte)) ? 1 : 0,
)
const TRUE = 0x74
const FALSE = 0x66

/** A value's first byte tells what it is. */
const AT_A_GLANCE: Readonly<Partial<Record<Form | 'unknown', Takes>>> = {
  string: isText,
  number: isNumber,
  boolean: isWord,
  unknown: never,
}

const takesOf = ({ form }: SchemaField, type: TypeSchema, isPutRight: (form: Form) => boolean): Takes => {
  const known = AT_A_GLANCE[form]
  if (known || form === 'unknown') return known ?? never
  if (isPutRight(form)) return never
  const isRead: Takes = (body, from, to) => {
    const value = valueIn(body, from, to)
    return value !== '' && value !== null && readValue(form, value, type) === 'ok'
  }
  return form === 'email' ? either(isEmail, isRead) : isRead
}

/** Most are texts without escapes, which need no parser. */
const valueIn = (body: Body, from: number, to: number): unknown =>
  body.bytes[from] === QUOTE && endOfBareText(body, from + 1) === to - 1
    ? body.bytes.toString('utf8', from + 1, to - 1)
    : JSON.parse(body.bytes.toString('utf8', from, to))

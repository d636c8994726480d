import type { EventType } from '@wmkt/api'
import type { SchemaField, TypeSchema } from '@wmkt/protocol/schema'
import { type SchemaFacts, schemaOf } from './parse-schema.ts'

/** An event type as TypeScript: a member of the interface. */
export type TypeBlock = { readonly reference: string; readonly text: string }

/** TypeScript for what the upstream takes; it is stricter than the upstream where that is unsure. */
const TYPE_OF_FORM: Readonly<Record<SchemaField['form'], string>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  email: 'string',
  phone: 'string',
  date: 'string',
  currency: 'WmktAmount',
  location: 'WmktLocation',
  state: '0 | 1',
  unknown: 'unknown',
}
const FORM_NOTES: Readonly<Partial<Record<SchemaField['form'], string>>> = {
  email: 'An e-mail address.',
  phone: 'A phone number, best as +33612345678.',
  date: 'An RFC 3339 date-time.',
}

/** The event types in order of their references, so that the same schema is always the same text. */
export const typeBlocks = (facts: SchemaFacts): TypeBlock[] => {
  const shown = new Map(facts.eventTypes.map((eventType) => [eventType.reference, eventType]))
  return [...schemaOf(facts).types.values()]
    .sort((a, b) => (a.reference < b.reference ? -1 : 1))
    .map((type) => ({ reference: type.reference, text: blockOf(type, shown.get(type.reference)) }))
}

const blockOf = ({ reference, fields }: TypeSchema, shown: EventType | undefined): string => {
  const labels = new Map(shown?.fields.map((field) => [field.ingestionKey ?? field.key, field.label]))
  const members = fields.map((field) => memberOf(field, labels.get(field.key) ?? undefined))
  return [...comment('  ', shown?.name), `  ${JSON.stringify(reference)}: {`, ...members.flat(), '  }'].join(
    '\n',
  )
}

const memberOf = ({ key, form, mandatory, isPii }: SchemaField, label: string | undefined): string[] => {
  const notes = [label && `${label}.`, FORM_NOTES[form], isPii ? 'Personal data.' : undefined]
  const line = `    ${JSON.stringify(key)}${mandatory ? '' : '?'}: ${TYPE_OF_FORM[form]}`
  return [...comment('    ', notes.filter(Boolean).join(' ')), line]
}

/** Labels are written by people: nothing of them ends the comment, or its line. */
const comment = (indent: string, text: string | undefined): string[] => {
  const plain = text
    ?.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('*/', '* /')
    .trim()
  return plain ? [`${indent}/** ${plain} */`] : []
}

/** What the compiler reads: a label that somebody reworded is no other type. */
export const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*\/[/*]/.test(line))
    .join('\n')

/** References as a text made by `typesText` names them. */
export const referencesIn = (text: string): string[] =>
  [...text.matchAll(/^ {2}("(?:[^"\\]|\\.)*"): \{$/gm)].map((match) => String(JSON.parse(match[1] ?? '""')))

/**
 * A declaration file for a site's code. It is no module, so what it declares is global: it needs no import, works with
 * the script tag alone, and fills in the interface that `@wmkt/tag` reads.
 */
export const typesText = (facts: SchemaFacts, projectId: string): string =>
  [
    `// The event types of ${projectId}, schema ${schemaOf(facts).hash}. Made by wmkt-relay types; do not edit.`,
    '',
    'interface WmktEventTypes {',
    ...typeBlocks(facts).map(({ text }) => text),
    '}',
    COMMANDS,
  ].join('\n')

const COMMANDS = `
/** The amount and its ISO 4217 code, such as EUR. */
type WmktAmount = { amount: number; currency: string }
type WmktLocation = { zipcode?: string; country?: string; [key: string]: unknown }
/** nonce: ^[A-Za-z0-9_-]{1,64}$, an order number makes a repeated page harmless. occurredAt: epoch ms or RFC 3339. */
type WmktItemOptions = { nonce?: string; trackerId?: string; occurredAt?: number | string }
type WmktEventArgs<T extends keyof WmktEventTypes> = object extends WmktEventTypes[T]
  ? [data?: WmktEventTypes[T], options?: WmktItemOptions]
  : [data: WmktEventTypes[T], options?: WmktItemOptions]

/** Records an event of the project. */
declare function wmkt<T extends keyof WmktEventTypes>(command: 'event', eventType: T, ...rest: WmktEventArgs<T>): unknown
/** Any other command of the tag. */
declare function wmkt(
  command: 'init' | 'interaction' | 'consent' | 'tracker' | 'flush' | 'on',
  ...args: unknown[]
): unknown
`

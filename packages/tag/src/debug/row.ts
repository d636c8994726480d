import type { JsonObject } from '@wmkt/protocol'
import type { Finding, Schema } from '@wmkt/protocol/schema'
import { element } from './element.ts'
import type { Entry } from './journal.ts'
import { textOf } from './judge.ts'

/** Stands for what is personal, and for what nobody knows not to be. */
const BLOT = '•••'

/** What a line says of an item. */
export const rowOf = (entry: Entry, schema: Schema | undefined): HTMLElement[] => {
  const { type, state, nonce, why, data, findings = [] } = entry
  return [
    headOf(entry, type ?? `${entry.kind} of another page`, state),
    ...(nonce ? [element('p', 'nonce', nonce)] : []),
    ...(why ? [element('p', state, why)] : []),
    ...(findings.length > 0 ? [element('ul', '', ...findings.map(problemOf))] : []),
    ...(Object.keys(data).length > 0 ? [fieldsOf(data, harmlessIn(schema, type))] : []),
  ]
}

const headOf = ({ at }: Entry, title: string, state: string): HTMLElement =>
  element(
    'p',
    'head',
    element('time', '', new Date(at).toTimeString().slice(0, 8)),
    element('strong', '', title),
    element('span', `state ${state}`, state),
  )

const problemOf = (finding: Finding): HTMLElement =>
  element('li', finding.level, `${finding.field}: ${textOf(finding)} (${finding.code})`)

/** Keys of fields that the schema says are not personal. */
const harmlessIn = (schema: Schema | undefined, type: string | undefined): ReadonlySet<string> => {
  const fields = schema?.types.get(String(type))?.fields ?? []
  return new Set(fields.filter(({ isPii }) => !isPii).map(({ key }) => key))
}

const fieldsOf = (data: JsonObject, harmless: ReadonlySet<string>): HTMLElement => {
  const lines = Object.entries(data).flatMap(([key, value]) => [
    element('dt', '', key),
    element('dd', '', harmless.has(key) ? JSON.stringify(value) : BLOT),
  ])
  return element('details', '', element('summary', '', 'Fields'), element('dl', '', ...lines))
}

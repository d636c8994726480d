import type { ItemCode } from './batch.ts'
import { MAX_DEPTH, MAX_KEYS } from './limits.ts'

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

export type Flaw = { code: ItemCode; field: string; message: string }

/**
 * Walks parsed JSON and finds the first thing no honest sender sends: nesting or keys beyond the caps, prototype keys,
 * strings that are not well-formed Unicode. `root` names the value in messages; it counts as the first level.
 */
export const flawOf = (value: unknown, root: string): Flaw | undefined => {
  let keys = 0
  const visit = (node: unknown, field: string, depth: number): Flaw | undefined => {
    if (typeof node === 'string') return textFlaw(node, field)
    if (typeof node !== 'object' || node === null) return undefined
    if (depth > MAX_DEPTH)
      return { code: 'TOO_DEEP', field, message: `nested more than ${MAX_DEPTH} levels deep` }
    for (const key of Object.keys(node)) {
      if (++keys > MAX_KEYS)
        return { code: 'TOO_MANY_KEYS', field: root, message: `more than ${MAX_KEYS} keys` }
      const child = (node as Record<string, unknown>)[key]
      if (isPlain(key, child)) continue
      const at = `${field}.${key.slice(0, 64)}`
      const flaw = keyFlaw(key, field) ?? visit(child, at, depth + 1)
      if (flaw) return flaw
    }
    return undefined
  }
  return visit(value, root, 1)
}

/** Nothing to be found, and nothing to be named: nearly all members are such. */
const isPlain = (key: string, child: unknown): boolean =>
  !FORBIDDEN.has(key) && key.isWellFormed() && isPlainValue(child)

const isPlainValue = (value: unknown): boolean =>
  typeof value === 'string' ? value.isWellFormed() : typeof value !== 'object' || value === null

const textFlaw = (text: string, field: string): Flaw | undefined =>
  text.isWellFormed() ? undefined : { code: 'TEXT_MALFORMED', field, message: 'not well-formed Unicode' }

const keyFlaw = (key: string, field: string): Flaw | undefined => {
  if (FORBIDDEN.has(key)) return { code: 'KEY_FORBIDDEN', field, message: `the key ${key} is not allowed` }
  return textFlaw(key, field)
}

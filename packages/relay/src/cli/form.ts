import type { Form } from './settings.ts'

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const isUnit = (text: string): text is keyof typeof UNITS_MS => Object.hasOwn(UNITS_MS, text)

/** `24h`, `90d`, `500ms` → ms; undefined when it is none. */
export const durationMs = (text: string): number | undefined => {
  const match = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text)
  const [count, unit] = [match?.[1], match?.[2]]
  return count !== undefined && unit !== undefined && isUnit(unit)
    ? Number(count) * UNITS_MS[unit]
    : undefined
}

/** What a text says in its form; undefined when it says nothing of the kind. */
export const READERS: Readonly<Record<Form, (text: string) => unknown>> = {
  text: (text) => text,
  integer: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
  list: (text) => {
    const items = text.split(',').map((item) => item.trim())
    return items.filter((item) => item !== '')
  },
  duration: durationMs,
  switch: (text) => (text === 'on' ? true : text === 'off' ? false : undefined),
}

export const EXPECTED: Readonly<Record<Form, string>> = {
  text: 'a text',
  integer: 'a whole number',
  list: 'a list with commas',
  duration: 'a time such as 24h or 90d',
  switch: 'on or off',
}

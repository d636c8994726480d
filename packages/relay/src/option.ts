/** An option that is not what it must be. `received` never shows a secret. */
export class OptionError extends TypeError {
  override readonly name = 'OptionError'
  readonly option: string
  readonly expected: string
  readonly received: string
  constructor(option: string, expected: string, received: string) {
    super(`${option}: expected ${expected}, received ${received}`)
    this.option = option
    this.expected = expected
    this.received = received
  }
}

/** What an option may be: a reader that gives undefined for what it may not. */
export type Rule<T> = { expected: string; read: (value: unknown) => T | undefined; secret?: boolean }

export const shown = (value: unknown, secret = false): string => {
  if (value === undefined || value === '') return 'nothing'
  if (secret) return typeof value === 'string' ? `a text of ${value.length} characters` : `a ${typeof value}`
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

export const text = (expected: string, fits: (value: string) => boolean, secret = false): Rule<string> => ({
  expected,
  read: (value) => (typeof value === 'string' && fits(value) ? value : undefined),
  secret,
})

export const integer = (min: number, max: number): Rule<number> => ({
  expected: `a whole number from ${min} to ${max}`,
  read: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined,
})

export const boolean: Rule<boolean> = {
  expected: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
}

export const oneOf = <T extends string>(...choices: readonly T[]): Rule<T> => ({
  expected: `one of ${choices.join(', ')}`,
  read: (value) => choices.find((choice) => choice === value),
})

export const listOf = <T extends string>(item: Rule<T>): Rule<readonly T[]> => ({
  expected: `a list, each ${item.expected}`,
  read(value) {
    if (!Array.isArray(value)) return undefined
    const items = value.map(item.read)
    const kept = items.filter((one) => one !== undefined)
    return kept.length === items.length ? Object.freeze(kept) : undefined
  },
  ...(item.secret !== undefined && { secret: item.secret }),
})

/** Reads options by name; `done` refuses the names nobody asked for. */
export const createTaker = (options: Readonly<Record<string, unknown>>) => {
  const known = new Set<string>()
  const optional = <T>(name: string, rule: Rule<T>): T | undefined => {
    known.add(name)
    const value = options[name]
    if (value === undefined) return undefined
    const read = rule.read(value)
    if (read === undefined) throw new OptionError(name, rule.expected, shown(value, rule.secret))
    return read
  }
  return {
    optional,
    required<T>(name: string, rule: Rule<T>): T {
      const value = optional(name, rule)
      if (value === undefined) throw new OptionError(name, rule.expected, 'nothing')
      return value
    },
    done() {
      const stranger = Object.keys(options).find((name) => !known.has(name))
      if (stranger !== undefined)
        throw new OptionError(stranger, `one of ${[...known].join(', ')}`, 'a name that is unknown here')
    },
  }
}

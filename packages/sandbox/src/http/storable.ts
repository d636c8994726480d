const MAX_DEPTH = 64
const NUL = String.fromCharCode(0)

const isStorableText = (text: string): boolean => !text.includes(NUL) && text.isWellFormed()

/**
 * Whether a JSON value can be kept: PostgreSQL holds neither U+0000 nor half a surrogate pair,
 * and no honest payload nests deeper than 64 levels.
 */
export const isStorable = (value: unknown, depth = 0): boolean => {
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth >= MAX_DEPTH) return false
  return Object.entries(value).every(([key, item]) => isStorableText(key) && isStorable(item, depth + 1))
}

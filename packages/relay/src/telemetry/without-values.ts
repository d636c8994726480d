import { BLOT, withoutPersonal } from './personal.ts'

/** Shorter values occur in any sentence. */
const MIN_TELLING = 3

/**
 * Somebody's words about a value: whatever texts and numbers it holds go out of them, however they are written there, and
 * what looks personal.
 */
export const withoutValues = (words: string, value: unknown): string => {
  const telling = leavesOf(value).filter((text) => text.length >= MIN_TELLING)
  const longestFirst = [...new Set(telling.flatMap(waysOf))].sort((a, b) => b.length - a.length)
  const blotted = longestFirst.reduce((left, way) => left.replace(anyCaseOf(way), BLOT), words)
  return withoutPersonal(blotted)
}

/** As it is, in JSON, in a URL, in a form. */
const waysOf = (text: string): string[] => {
  const inUrl = encodeURIComponent(text.toWellFormed())
  return [text, JSON.stringify(text).slice(1, -1), inUrl, inUrl.replaceAll('%20', '+')]
}

const anyCaseOf = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi')

/** The parser bounds depth and number. */
const leavesOf = (value: unknown): string[] => {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}

import type { DeadLetter, DeadLetterFilter } from './outbox.ts'

/**
 * Narrows letters that come in order of nonce to what was asked for. An event and an interaction may bear one nonce:
 * a page never parts them, and may so hold one letter more than its limit, since the next begins after a nonce.
 */
export function* pageOfLetters(
  letters: Iterable<DeadLetter>,
  { code, limit = Number.POSITIVE_INFINITY }: DeadLetterFilter,
): Generator<DeadLetter> {
  let given = 0
  let last: string | undefined
  for (const letter of letters) {
    if (code !== undefined && letter.code !== code) continue
    if (given >= limit && letter.nonce !== last) return
    given += 1
    last = letter.nonce
    yield letter
  }
}

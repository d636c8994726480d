const MAX_LENGTH = 254
const MAX_LOCAL_LENGTH = 64
const MAX_LABEL_LENGTH = 63
const AT = 0x40
const DOT = 0x2e
const HYPHEN = 0x2d

const [LETTER, DIGIT, MARK] = [1, 2, 4]
const isLetter = (letter: string): boolean => /[a-z]/i.test(letter)
const kindOf = (letter: string): number =>
  isLetter(letter) ? LETTER : /\d/.test(letter) ? DIGIT : /[_+-]/.test(letter) ? MARK : 0
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => kindOf(String.fromCharCode(byte)))
const isA = (kinds: number, byte: number | undefined): boolean => ((KINDS[byte ?? 0] ?? 0) & kinds) !== 0

/**
 * Whether the bytes are an address as nearly all are: letters, digits and `_+-` with single dots between, at a host of
 * two labels or more. What is another may be an address all the same: `readEmail` says.
 */
export const isPlainEmail = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from > MAX_LENGTH) return false
  const at = endOfLocal(bytes, from, to)
  return bytes[at] === AT && at < to && isHost(bytes, at + 1, to)
}

/** Behind the part before the @, or where it is none. */
const endOfLocal = (bytes: Uint8Array, from: number, to: number): number => {
  const most = Math.min(to, from + MAX_LOCAL_LENGTH + 1)
  let isOpen = false
  for (let at = from; at < most; at += 1) {
    const isAtom = isA(LETTER | DIGIT | MARK, bytes[at])
    if (!isAtom && !isOpen) return to
    if (!isAtom && bytes[at] !== DOT) return at
    isOpen = isAtom
  }
  return to
}

const isHost = (bytes: Uint8Array, from: number, to: number): boolean => {
  let begin = from
  for (let at = from; at < to; at += 1) {
    if (bytes[at] !== DOT) continue
    if (!isLabel(bytes, begin, at)) return false
    begin = at + 1
  }
  return begin > from && isTopLabel(bytes, begin, to)
}

const isLabel = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to === from || to - from > MAX_LABEL_LENGTH || bytes[from] === HYPHEN || bytes[to - 1] === HYPHEN)
    return false
  for (let at = from; at < to; at += 1)
    if (!isA(LETTER | DIGIT, bytes[at]) && bytes[at] !== HYPHEN) return false
  return true
}

const isTopLabel = (bytes: Uint8Array, from: number, to: number): boolean => {
  if (to - from < 2 || to - from > MAX_LABEL_LENGTH) return false
  for (let at = from; at < to; at += 1) if (!isA(LETTER, bytes[at])) return false
  return true
}

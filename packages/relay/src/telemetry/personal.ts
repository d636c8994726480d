export const BLOT = '[redacted]'

/** What looks personal or secret, however it came into a text. */
const PATTERNS: readonly RegExp[] = [
  // JWTs, and whatever follows the word that announces a token.
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /\bBearer\s+\S+/gi,
  // E-mail addresses, written in JSON, in a URL or in HTML too.
  /[^\s"'<>(),;:]+(?:@|%40|\\u0040|&#64;|&#x40;|&commat;)[^\s"'<>(),;:]+/gi,
  // Addresses of the network, of either version.
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/g,
  /(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])/gi,
  // Telephone, card and account numbers, however they are grouped.
  /\+?\d(?:[\s().-]?\d){6,}/g,
]

/** The text without what looks personal. A net under what should not be there in the first place. */
export const withoutPersonal = (text: string): string =>
  PATTERNS.reduce((left, pattern) => left.replace(pattern, BLOT), text)

/** Control characters, and those that hide or turn the text around them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Words of strangers, on one line: nothing in them reaches the terminal as a command. */
export const plain = (text: string): string => text.replace(UNSEEN, ' ')

/** JSON for a terminal: what JSON leaves in texts as it is, C1 commands among it, is escaped. It means the same. */
export const jsonOf = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(UNSEEN, (char) => (char === '\n' ? char : escapedOf(char)))

const escapedOf = (char: string): string =>
  Array.from({ length: char.length }, (_, at) => char.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('')

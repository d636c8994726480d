import { isAscii, isUtf8 } from 'node:buffer'
import { Problem } from '../http/problem.ts'

/**
 * Bytes → parsed JSON.
 *
 * @throws Problem BODY_NOT_JSON. The parser's own words are kept back: they would echo the body.
 */
export const parseJson = (body: Buffer): unknown => {
  const text = textOf(body)
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem('BODY_NOT_JSON', body.length === 0 ? 'the body is empty' : 'the text is not JSON')
  }
}

/** Most bodies are ASCII, which becomes a text in a quarter of the time. */
const textOf = (body: Buffer): string => {
  if (isAscii(body)) return body.toString('latin1')
  if (!isUtf8(body)) throw new Problem('BODY_NOT_JSON', 'the bytes are not UTF-8')
  return body.toString('utf8')
}

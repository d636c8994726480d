import { isUtf8 } from 'node:buffer'
import { Problem } from '../http/problem.ts'

/**
 * Bytes → parsed JSON.
 *
 * @throws Problem BODY_NOT_JSON. The parser's own words are kept back: they would echo the body.
 */
export const parseJson = (body: Buffer): unknown => {
  if (!isUtf8(body)) throw new Problem('BODY_NOT_JSON', 'the bytes are not UTF-8')
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Problem('BODY_NOT_JSON', body.length === 0 ? 'the body is empty' : 'the text is not JSON')
  }
}

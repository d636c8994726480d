import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Problem } from '../http/problem.ts'
import { tooLarge } from './body.ts'

const inflated = promisify(gunzip)

/** Beacons cannot name an encoding; gzip names itself, and no JSON begins like that. */
const isGzip = (body: Buffer): boolean => body[0] === 0x1f && body[1] === 0x8b

/** @throws Problem ENCODING_UNSUPPORTED */
export const refuseEncoding = (encoding: string | undefined): void => {
  if (encoding === undefined || /^(identity|gzip|x-gzip)?$/i.test(encoding.trim())) return
  throw new Problem('ENCODING_UNSUPPORTED', 'expected gzip or none', { 'Accept-Encoding': 'gzip' })
}

/**
 * A body as it was before gzip. Inflating ends where the limit is reached, however much more would come.
 *
 * @throws Problem BODY_TOO_LARGE, BODY_NOT_JSON
 */
export const inflate = (body: Buffer, maxBytes: number): Buffer | Promise<Buffer> =>
  isGzip(body) ? gunzipped(body, maxBytes) : body

const gunzipped = async (body: Buffer, maxBytes: number): Promise<Buffer> => {
  try {
    return await inflated(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(maxBytes)
    throw new Problem('BODY_NOT_JSON', 'the gzip data are damaged')
  }
}

import type { IncomingMessage } from 'node:http'
import { TRACKER_ID_PATTERN } from '@wmkt/protocol'
import type { Clock } from '../clock.ts'
import { arrivedBody } from '../collect/arrived-body.ts'
import type { Person } from '../erase/person.ts'
import { Problem } from '../http/problem.ts'
import type { Erasure } from './desk.ts'

const MAX_BYTES = 4_096
const TIMEOUT_MS = 5_000
const MAX_EMAIL_LENGTH = 320

/**
 * Whom to erase: in the body, since addresses of requests are written down by many.
 *
 * @throws Problem QUERY_INVALID, BODY_NOT_JSON, and what reading a body throws
 */
export const readErasure = async (req: IncomingMessage, clock: Clock): Promise<Erasure> => {
  const arrived = await arrivedBody(req, { maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS, clock })
  const body = arrived.parsed()
  if (typeof body !== 'object' || body === null) throw invalid('expected an object')
  const { trackerId, email, dryRun, after } = { ...emptyErasure, ...body }
  if (dryRun !== undefined && typeof dryRun !== 'boolean') throw invalid('dryRun: expected true or false')
  if (after !== undefined && (typeof after !== 'string' || !CURSOR.test(after)))
    throw invalid('after: expected what next said')
  return { person: parsePerson({ trackerId, email }), dryRun: dryRun ?? false, ...(after && { after }) }
}

/** @throws Problem QUERY_INVALID. What was received is not repeated. */
export const parsePerson = ({ trackerId, email }: { [Name in keyof Person]?: unknown }): Person => {
  if (trackerId === undefined && email === undefined) throw invalid('expected trackerId, email or both')
  if (trackerId !== undefined && !(typeof trackerId === 'string' && TRACKER_ID_PATTERN.test(trackerId)))
    throw invalid('trackerId: expected a tracker ID')
  if (email !== undefined && !(typeof email === 'string' && isAddress(email)))
    throw invalid('email: expected an e-mail address')
  return { ...(trackerId !== undefined && { trackerId }), ...(email !== undefined && { email }) }
}

const CURSOR = /^(\d{1,16}|letters:[\w-]{0,64})$/

const emptyErasure: Partial<Record<'trackerId' | 'email' | 'dryRun' | 'after', unknown>> = {}

const isAddress = (text: string): boolean => text.length <= MAX_EMAIL_LENGTH && /^[^\s@]+@[^\s@]+$/.test(text)

const invalid = (detail: string): Problem => new Problem('QUERY_INVALID', detail)

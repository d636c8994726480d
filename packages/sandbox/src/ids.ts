import { randomBytes, randomUUID } from 'node:crypto'

/** 24 hex digits: seconds since the epoch, then chance, as MongoDB makes them. */
export const makeObjectId = (nowMs: number): string =>
  Math.floor(nowMs / 1000)
    .toString(16)
    .padStart(8, '0')
    .slice(-8) + randomBytes(8).toString('hex')

/** A version 4 UUID: the form of event and agent ids. */
export const makeUuid = (): string => randomUUID()

/** An unguessable secret, base64url. */
export const makeSecret = (): string => randomBytes(32).toString('base64url')

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a path parameter can be an event id at all: PostgreSQL's uuid column refuses anything else. */
export const isUuid = (text: string): boolean => UUID.test(text)

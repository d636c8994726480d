import type { IncomingMessage } from 'node:http'
import { Problem } from '../http/problem.ts'
import { type BodyLimits, readBody, tooLarge } from './body.ts'
import { inflate } from './inflate.ts'
import { parseJson } from './json.ts'

/** A body: bytes to keep, and what they say to whoever asks. */
export type ArrivedBody = {
  raw: Buffer
  /** @throws Problem BODY_NOT_JSON */
  parsed: () => unknown
}

/** Reads the body from the wire, or takes it from a host's own body parser that was there before us. */
export const arrivedBody = (
  req: IncomingMessage & { body?: unknown },
  limits: BodyLimits,
): ArrivedBody | Promise<ArrivedBody> =>
  req.readableEnded ? fromHost(req.body, limits.maxBytes) : fromWire(req, limits)

export const bodyOf = (raw: Buffer): ArrivedBody => ({ raw, parsed: () => parseJson(raw) })

const fromWire = (req: IncomingMessage, limits: BodyLimits): ArrivedBody | Promise<ArrivedBody> => {
  const raw = readBody(req, limits)
  return raw instanceof Promise ? raw.then((whole) => unpacked(whole, limits)) : unpacked(raw, limits)
}

const unpacked = (raw: Buffer, { maxBytes }: BodyLimits): ArrivedBody | Promise<ArrivedBody> => {
  const inflated = inflate(raw, maxBytes)
  return inflated instanceof Promise ? inflated.then(bodyOf) : bodyOf(inflated)
}

const fromHost = async (body: unknown, maxBytes: number): Promise<ArrivedBody> => {
  if (body instanceof Uint8Array || typeof body === 'string')
    return bodyOf(await inflate(capped(Buffer.from(body), maxBytes), maxBytes))
  return { raw: capped(Buffer.from(textOf(body)), maxBytes), parsed: () => body }
}

const capped = (raw: Buffer, maxBytes: number): Buffer => {
  if (raw.length > maxBytes) throw tooLarge(maxBytes)
  return raw
}

const textOf = (value: unknown): string => {
  try {
    return JSON.stringify(value ?? null)
  } catch {
    throw new Problem('BODY_NOT_JSON', 'nested too deeply')
  }
}

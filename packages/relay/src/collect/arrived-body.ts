import type { IncomingMessage } from 'node:http'
import { Problem } from '../http/problem.ts'
import { type BodyLimits, readBody, tooLarge } from './body.ts'
import { inflate } from './inflate.ts'
import { parseJson } from './json.ts'

/** A body in its two forms: bytes to keep, and what they say. */
export type ArrivedBody = { raw: Buffer; value: unknown }

/** Reads the body from the wire, or takes it from a host's own body parser that was there before us. */
export const arrivedBody = (
  req: IncomingMessage & { body?: unknown },
  limits: BodyLimits,
): ArrivedBody | Promise<ArrivedBody> =>
  req.readableEnded ? fromHost(req.body, limits.maxBytes) : fromWire(req, limits)

const fromWire = async (req: IncomingMessage, limits: BodyLimits): Promise<ArrivedBody> => {
  const inflated = inflate(await readBody(req, limits), limits.maxBytes)
  const raw = inflated instanceof Buffer ? inflated : await inflated
  return { raw, value: parseJson(raw) }
}

const fromHost = async (body: unknown, maxBytes: number): Promise<ArrivedBody> => {
  if (body instanceof Uint8Array || typeof body === 'string') {
    const raw = await inflate(capped(Buffer.from(body), maxBytes), maxBytes)
    return { raw, value: parseJson(raw) }
  }
  return { raw: capped(Buffer.from(textOf(body)), maxBytes), value: body }
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

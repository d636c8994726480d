import { expect } from 'vitest'
import type { UpstreamRequest } from '../../../packages/relay/src/forward/request.ts'

const membersOf = ({ body }: UpstreamRequest): string[] =>
  Object.entries(JSON.parse(String(body)))
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .sort()

/** Of an event sent unparsed, and of the same event parsed: they differ in the order of its members alone. */
export const expectSameRequest = (plain: UpstreamRequest, parsed: UpstreamRequest): void => {
  expect([plain.method, plain.path]).toEqual([parsed.method, parsed.path])
  expect(membersOf(plain)).toEqual(membersOf(parsed))
  // Nothing in it twice, and all of it as it is written for the parsed one.
  expect(JSON.stringify(JSON.parse(String(plain.body)))).toBe(String(plain.body))
}

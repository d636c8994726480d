import type { Static } from '@sinclair/typebox'
import { INFERRED } from '../contract/identifiers.ts'
import { ENDPOINTS } from '../endpoints.ts'
import type { EndpointName } from '../paths.ts'
import { fits, flawsOf } from '../schema-check.ts'
import { ApiError, type ApiErrorKind, kindOf } from './api-error.ts'
import { retryAfterOf } from './retry-after.ts'
import type { HttpAnswer } from './transport.ts'

/** What a method of the client resolves to. */
export type Output<Name extends EndpointName> = Static<(typeof ENDPOINTS)[Name]['response']>

type Parsed = { readonly value: unknown } | undefined

const parsedOf = (text: string): Parsed => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** The upstream's `message`: a text, or a list of texts. */
const messagesOf = (text: string): string[] => {
  const value = parsedOf(text)?.value
  if (typeof value !== 'object' || value === null || !('message' in value)) return []
  const said: unknown[] = Array.isArray(value.message) ? value.message : [value.message]
  return said.filter((message) => typeof message === 'string')
}

/** Where the form of the answer is unknown, so may be its absence. */
const mayBeEmpty = (name: EndpointName): boolean => {
  const { response } = ENDPOINTS[name]
  return 'x-provenance' in response && response['x-provenance'] === INFERRED['x-provenance']
}

/**
 * Reads an answer: the value the endpoint promises, or an ApiError.
 *
 * @param nowMs epoch ms, against which a dated `Retry-After` is read
 * @throws ApiError
 */
export const outputOf = <Name extends EndpointName>(
  name: Name,
  answer: HttpAnswer,
  nowMs: number,
): Output<Name> => {
  const fail = (kind: ApiErrorKind, messages: readonly string[]): ApiError => {
    const retryAfterMs = retryAfterOf(answer.headers['retry-after'], nowMs)
    return new ApiError({
      endpoint: name,
      kind,
      status: answer.status,
      messages,
      body: answer.text,
      retryAfterMs,
    })
  }
  if (answer.status < 200 || answer.status > 299) throw fail(kindOf(answer.status), messagesOf(answer.text))
  const parsed = answer.text === '' && mayBeEmpty(name) ? { value: undefined } : parsedOf(answer.text)
  if (!parsed) throw fail('not-json', ['the answer is not JSON'])
  const schema: (typeof ENDPOINTS)[Name]['response'] = ENDPOINTS[name].response
  if (!fits(schema, parsed.value)) throw fail('unexpected-body', flawsOf(schema, parsed.value))
  return parsed.value
}

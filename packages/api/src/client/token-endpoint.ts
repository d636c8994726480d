import { type Grant, grantOf } from './oauth-answer.ts'
import { TokenError } from './tokens.ts'
import { type Transport, TransportError } from './transport.ts'

/** Trades a form for a grant. Rejects with TokenError. */
export type TokenEndpoint = (
  form: Readonly<Record<string, string>>,
  options: { readonly secrets: readonly string[]; readonly signal: AbortSignal },
) => Promise<Grant>

export type TokenEndpointOptions = {
  readonly url: string
  readonly transport: Transport
  readonly now: () => number
  readonly deadlineMs: number
}

/** The token endpoint as a function. */
export const createTokenEndpoint =
  ({ url, transport, now, deadlineMs }: TokenEndpointOptions): TokenEndpoint =>
  async (form, { secrets, signal }) => {
    const askedAt = now()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
    const body = new URLSearchParams(form).toString()
    try {
      const answer = await transport({ method: 'POST', url, headers, body, deadlineMs, signal })
      return grantOf(answer, askedAt, secrets)
    } catch (cause) {
      if (!(cause instanceof TransportError)) throw cause
      throw new TokenError(`token endpoint out of reach: ${cause.message}`, { retryable: true, cause })
    }
  }

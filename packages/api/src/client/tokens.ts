/** What is known of the credential right now, for status pages: never the token itself. */
export type TokenHealth = {
  kind: 'service-account' | 'static' | 'refresh-token'
  state: 'idle' | 'ok' | 'failing'
  /** Epoch ms at which the token in hand expires. */
  expiresAt?: number
  /** One line, free of secrets. */
  problem?: string
}

/** Where access tokens come from. One exchange however many wait; the token is never logged. */
export interface TokenSource {
  /** The access token to use now. Rejects with TokenError when there is none to be had. */
  token(): Promise<string>
  /** The same at once, when it need not be waited for; undefined: ask `token`. */
  inHand?(): string | undefined
  /** The upstream refused this very token (401, 403): get another. Concurrent calls share one exchange. */
  renew(refused: string): Promise<string>
  /** Calls back when the credential itself was replaced (the key file changed). Returns the way to stop listening. */
  onChange(listener: () => void): () => void
  health(): TokenHealth
  stop(): void
}

/** No token to be had. `retryable`: the token endpoint was out of reach or busy; otherwise the credential was refused. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly retryable: boolean
  constructor(message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.retryable = options.retryable
  }
}

import { TokenError, type TokenHealth } from './tokens.ts'

/** A token and when it ends, epoch ms; Infinity when nobody said. */
export type HeldToken = { readonly accessToken: string; readonly expiresAt: number }

export type RenewableToken = {
  token(): Promise<string>
  inHand(): string | undefined
  renew(refused: string): Promise<string>
  /** The credential changed: what was got with the old one is no longer handed out. */
  forget(): void
  health(): Omit<TokenHealth, 'kind'>
  stop(): void
}

export type RenewableTokenOptions = {
  /** Gets a token. Rejects with TokenError. */
  readonly exchange: (signal: AbortSignal) => Promise<HeldToken>
  readonly now: () => number
  /** In [0, 1): spreads the pauses after failed renewals. */
  readonly random: () => number
}

/** A failed renewal in the background rests this long at most: the old token still serves. */
const RENEWAL_PAUSE_MS = 10_000

const problemOf = (error: unknown): string =>
  error instanceof TokenError ? error.message : 'the exchange failed unexpectedly'

/**
 * Keeps one access token fresh. However many wait, one exchange is under way; from half its life on, a call starts the
 * renewal in the background and is itself served at once with the token in hand.
 */
export const createRenewableToken = ({ exchange, now, random }: RenewableTokenOptions): RenewableToken => {
  const stopping = new AbortController()
  let held: (HeldToken & { readonly halfLifeAt: number }) | undefined
  let underWay: Promise<string> | undefined
  let credential = 0
  let problem: string | undefined
  let restUntil = 0

  const keep = (token: HeldToken, askedAt: number): string => {
    held = { ...token, halfLifeAt: askedAt + (token.expiresAt - askedAt) / 2 }
    problem = undefined
    restUntil = 0
    return token.accessToken
  }
  const note = (error: unknown): void => {
    problem = problemOf(error)
    restUntil = now() + random() * RENEWAL_PAUSE_MS
  }
  const run = async (of: number): Promise<string> => {
    const askedAt = now()
    try {
      const token = await exchange(stopping.signal)
      return of === credential ? keep(token, askedAt) : await obtain()
    } catch (error) {
      if (of !== credential) return obtain()
      note(error)
      throw error
    }
  }
  const obtain = (): Promise<string> => {
    if (stopping.signal.aborted) {
      return Promise.reject(new TokenError('the token source is stopped', { retryable: true }))
    }
    if (underWay) return underWay
    const mine = run(credential).finally(() => {
      if (underWay === mine) underWay = undefined
    })
    underWay = mine
    return mine
  }
  const renewInBackground = (halfLifeAt: number): void => {
    if (now() < Math.max(halfLifeAt, restUntil)) return
    // The failure is told by health(), and by the call that finds the token expired.
    obtain().catch(() => {})
  }

  const inHand = (): string | undefined => {
    if (!held || now() >= held.expiresAt || stopping.signal.aborted) return undefined
    const { accessToken, halfLifeAt } = held
    renewInBackground(halfLifeAt)
    return accessToken
  }

  return {
    token: async () => inHand() ?? obtain(),
    inHand,
    renew: async (refused) => (held && held.accessToken !== refused ? held.accessToken : obtain()),
    forget: () => {
      credential += 1
      held = undefined
      underWay = undefined
      problem = undefined
    },
    health: () => ({
      state: problem ? 'failing' : held ? 'ok' : 'idle',
      ...(held && Number.isFinite(held.expiresAt) ? { expiresAt: held.expiresAt } : {}),
      ...(problem ? { problem } : {}),
    }),
    stop: () => stopping.abort(),
  }
}

export type BackoffPolicy = { baseMs: number; capMs: number }

/**
 * Full jitter: anywhere between nothing and the doubled bound, so that those who failed together do not return together.
 *
 * @param attempt counted from 1
 * @param random in [0, 1)
 * @returns ms to wait
 */
export const backoffMs = (attempt: number, policy: BackoffPolicy, random: () => number): number =>
  Math.floor(random() * Math.min(policy.capMs, policy.baseMs * 2 ** (attempt - 1)))

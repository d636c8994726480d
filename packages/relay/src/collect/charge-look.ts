import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import type { ReadAddress } from './client-address.ts'
import type { RateLimit } from './rate-limit.ts'
import { busy } from './refusal.ts'

export type ChargeLookOptions = {
  rateLimit: RateLimit
  addressOf: ReadAddress
  clock: Clock
  /** In [0, 1). */
  random: () => number
}

/** Looking something up counts as an item against the rate limit. @throws Problem RATE_LIMITED */
export const createChargeLook =
  ({ rateLimit, addressOf, clock, random }: ChargeLookOptions) =>
  (req: IncomingMessage): void => {
    const address = addressOf(req)
    const emptyForMs = address === undefined ? 0 : rateLimit.emptyForMs(address, clock.now())
    if (emptyForMs > 0) throw busy('RATE_LIMITED', 'looking counts as an item', emptyForMs, random)
    if (address !== undefined) rateLimit.charge(address, 1, clock.now())
  }

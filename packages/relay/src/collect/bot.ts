import { isbot } from 'isbot'
import { Problem } from '../http/problem.ts'
import type { Caller } from './caller.ts'

/**
 * Turns away callers whose User-Agent is a bot's, a crawler's or an HTTP library's. Who comes with a key is known.
 *
 * @throws Problem BOT_REFUSED
 */
export const refuseBot = (userAgent: string | undefined, { keyed }: Pick<Caller, 'keyed'>): void => {
  if (!keyed && (userAgent === undefined || isbot(userAgent)))
    throw new Problem('BOT_REFUSED', 'the User-Agent is not that of a browser')
}

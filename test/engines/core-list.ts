import { consent } from './consent.ts'
import { delivery } from './delivery.ts'
import type { EngineSite } from './engine-site.ts'
import { leaving } from './leaving.ts'
import { takenAway } from './taken-away.ts'
import { worker } from './worker.ts'

/** The facts that hold in every engine, on the minified bundle. */
export const coreList = (site: EngineSite): void => {
  for (const facts of [delivery, leaving, consent, takenAway, worker]) facts(site)
}

/** What of this bench is written in TypeScript: its pure parts, and what the tests know about servers of one's own. */
export { aptInstall, inPath } from '../../test/support/apt.ts'
export { freePort } from '../../test/support/child.ts'
export { ensureNats, ensureNewerNats } from '../../test/support/nats-programs.ts'
export { startNatsServer, until } from '../../test/support/nats-server.ts'
export { ensurePostgres, startPostgres } from '../../test/support/postgres-server.ts'
export { tablesOf, withMeasured } from './report/page.ts'
export { plotOf } from './report/plot.ts'
export { missingOf, tallyOf } from './report/tally.ts'

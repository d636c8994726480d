import type { TokenError } from '@wmkt/api/client'
import type { createCollect } from '../../../packages/relay/src/collect/collect.ts'
import type { createRateLimit } from '../../../packages/relay/src/collect/rate-limit.ts'
import type { createTally } from '../../../packages/relay/src/collect/tally.ts'
import type { createDoor } from '../../../packages/relay/src/door.ts'
import type { createForwarder } from '../../../packages/relay/src/forward/forwarder.ts'
import type { createRefuse } from '../../../packages/relay/src/http/problem-handler.ts'
import type { openLmdbOutbox } from '../../../packages/relay/src/outbox/lmdb/lmdb.ts'
import type { itemRecordsOf } from '../../../packages/relay/src/record.ts'
import type { openRecord } from '../../../packages/relay/src/record-reader.ts'
import type { createMask } from '../../../packages/relay/src/seal/mask.ts'
import type { createSeal } from '../../../packages/relay/src/seal/seal.ts'
import type { sealOutbox } from '../../../packages/relay/src/seal/sealed-outbox.ts'
import type { createTag } from '../../../packages/tag/src/tag.ts'
import { compile, type Edit, type Stand, type Start } from './compile.ts'

/** What of the relay runs in the simulation: all between its HTTP server and its sockets and files. */
export type RelayParts = {
  createCollect: typeof createCollect
  createRateLimit: typeof createRateLimit
  createTally: typeof createTally
  createDoor: typeof createDoor
  createForwarder: typeof createForwarder
  createRefuse: typeof createRefuse
  openLmdbOutbox: typeof openLmdbOutbox
  openRecord: typeof openRecord
  itemRecordsOf: typeof itemRecordsOf
  createMask: typeof createMask
  createSeal: typeof createSeal
  sealOutbox: typeof sealOutbox
  TokenError: typeof TokenError
}

export type TagParts = { createTag: typeof createTag }

const RELAY_ENTRY = `
export { createCollect } from './packages/relay/src/collect/collect.ts'
export { createRateLimit } from './packages/relay/src/collect/rate-limit.ts'
export { createTally } from './packages/relay/src/collect/tally.ts'
export { createDoor } from './packages/relay/src/door.ts'
export { createForwarder } from './packages/relay/src/forward/forwarder.ts'
export { createRefuse } from './packages/relay/src/http/problem-handler.ts'
export { openLmdbOutbox } from './packages/relay/src/outbox/lmdb/lmdb.ts'
export { createMask } from './packages/relay/src/seal/mask.ts'
export { createSeal } from './packages/relay/src/seal/seal.ts'
export { sealOutbox } from './packages/relay/src/seal/sealed-outbox.ts'
export { TokenError } from '@wmkt/api/client'
export { itemRecordsOf } from './packages/relay/src/record.ts'
export { openRecord } from './packages/relay/src/record-reader.ts'
`

/** Sockets and files of the relay: the world has its own. */
const RELAY_STANDS: Stand[] = [
  {
    file: 'relay/src/forward/upstream.ts',
    text: 'export const createUpstream = (options) => host.createUpstream(options)',
  },
  {
    file: 'relay/src/outbox/lmdb/store.ts',
    text: `export const openStore = (dir) => host.openStore(dir)
           export const dataFileOf = (dir) => dir`,
  },
  {
    file: 'relay/src/outbox/lmdb/owner-lock.ts',
    text: 'export const takeOwnership = async () => async () => {}',
  },
  { file: 'relay/src/outbox/lmdb/soundness.ts', text: 'export const unsoundness = () => undefined' },
  {
    file: 'relay/src/outbox/lmdb/set-aside.ts',
    text: `export const setAside = () => { throw new Error('a store was set aside') }`,
  },
  {
    file: 'relay/src/outbox/lmdb/suspicion.ts',
    text: 'export const suspicionIn = () => ({ isRaised: () => false, raise: () => {}, lay: () => {} })',
  },
]

/** The janitor comes every ten minutes: once a second it would be most of what happens in a history of days. */
const RELAY_SCALES: Edit[] = [
  {
    file: 'relay/src/outbox/lmdb/janitor.ts',
    from: 'const ROUND_MS = 1_000',
    to: 'const ROUND_MS = 600_000',
  },
]

/** Ten rows are what ten thousand are to the real tag, where a history asks for it. */
const TAG_SCALES: Edit[] = [
  { file: 'tag/src/tag.ts', from: 'const MAX_ROWS = 10_000', to: 'const MAX_ROWS = maxRows' },
]

/** All that the tag reaches of its page, by name. */
export const PAGE_GLOBALS = [
  'AbortSignal',
  'BroadcastChannel',
  'Date',
  'IDBKeyRange',
  'Math',
  'Request',
  'addEventListener',
  'clearTimeout',
  'document',
  'fetch',
  'indexedDB',
  'maxRows',
  'navigator',
  'registration',
  'setTimeout',
] as const
export type PageGlobals = Record<(typeof PAGE_GLOBALS)[number], unknown>

/** What page and worker both consist of. */
const SHARED = ['tag/src/disk.ts', 'tag/src/news.ts', 'tag/src/batch.ts', 'tag/src/row.ts']

/** Shipped code, ready to be started as often as a history needs. */
export type Programs = { tag: Start; worker: Start; relay: Start }

/** @param bugs planted, to see that they are found */
export const compileShipped = async (bugs: readonly Edit[] = []): Promise<Programs> => {
  const of = (...packages: string[]) =>
    bugs.filter(({ file }) => packages.some((one) => file.startsWith(one)))
  const inTag = of('tag/src/tag.ts', ...SHARED)
  const inWorker = of('tag/src/worker.ts', ...SHARED)
  const inRelay = of('relay/', 'protocol/')
  if (inTag.length + inWorker.length + inRelay.length < bugs.length)
    throw new Error('a bug in a file that is not part of it')
  const [tag, worker, relay] = await Promise.all([
    compile({
      entry: `export { createTag } from './packages/tag/src/tag.ts'`,
      globals: PAGE_GLOBALS,
      edits: [...TAG_SCALES, ...inTag],
    }),
    compile({ entry: `import './packages/tag/src/worker.ts'`, globals: PAGE_GLOBALS, edits: inWorker }),
    compile({
      entry: RELAY_ENTRY,
      globals: ['host', 'setImmediate'],
      stands: RELAY_STANDS,
      edits: [...RELAY_SCALES, ...inRelay],
    }),
  ])
  return { tag, worker, relay }
}

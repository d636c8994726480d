import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import { EMPTY_LEDGER } from '../ledger.ts'
import { type Books, decodeBooks } from './books.ts'
import { type LaneTable, openLaneTable } from './lane-table.ts'
import { type NonceMemory, openNonceMemory } from './nonces/nonce-memory.ts'
import { setAside } from './set-aside.ts'
import { unsoundness } from './soundness.ts'
import { dataFileOf, openStore, type Store } from './store.ts'
import { suspicionIn } from './suspicion.ts'
import { BOOKS_KEY } from './transaction.ts'

export type SoundStore = { store: Store; lanes: LaneTable; nonces: NonceMemory; books: Books }

export type OpenSoundStoreOptions = {
  dir: string
  clock: Clock
  log: Log
  /** @default openStore */
  open?: ((dir: string) => Store) | undefined
}

/** Opens the store and reads what it says of itself; a file that cannot be read is set aside and a fresh one begun. */
export const openSoundStore = async (options: OpenSoundStoreOptions): Promise<SoundStore> => {
  const { dir, clock, log, open = openStore } = options
  const suspicion = suspicionIn(dir)
  const fault = unsoundness(dataFileOf(dir), suspicion.isRaised())
  if (fault !== undefined) await setAside(dir, clock.now(), fault, log)
  suspicion.raise()
  try {
    return await readStore(open(dir), clock)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    await setAside(dir, clock.now(), error.message, log)
    return await readStore(open(dir), clock)
  } finally {
    suspicion.lay()
  }
}

const readStore = async (store: Store, clock: Clock): Promise<SoundStore> => {
  try {
    const lanes = openLaneTable(store.tables.lanes)
    const nonces = openNonceMemory(store.tables)
    const bytes = store.tables.books.getBinary(BOOKS_KEY)
    const fresh = { nextSeq: 1, generation: 0, rotatedAt: clock.now(), ledger: EMPTY_LEDGER }
    return { store, lanes, nonces, books: bytes ? decodeBooks(bytes) : fresh }
  } catch (error) {
    await store.close()
    throw error
  }
}

const UNREADABLE =
  /MDB_(CORRUPTED|PAGE_NOTFOUND|INVALID|VERSION_MISMATCH|PANIC|INCOMPATIBLE)|books of an unknown/

const isUnreadable = (error: unknown): error is Error =>
  error instanceof Error && UNREADABLE.test(error.message)

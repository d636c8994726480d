import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { isTheirs, type Person } from '../erase/person.ts'
import type { Outbox, Picker } from '../outbox/outbox.ts'
import type { Single } from '../outbox/single.ts'
import { type DecodeRecord, decodeRecord, itemRecordsOf } from '../record.ts'
import { findItems, recordWithout } from '../record-erasure.ts'
import { type OpenRecord, openRecord } from '../record-reader.ts'
import type { Log } from '../telemetry/log.ts'
import { ensureKeyFile } from './key-file.ts'
import { openKeyRing } from './key-ring.ts'
import { createMask } from './mask.ts'
import { createSeal, noSeal, type Seal } from './seal.ts'
import { sealOutbox } from './sealed-outbox.ts'

/** Encryption at rest, as the rest of the relay meets it. */
export interface Sealing {
  /** An outbox that keeps nothing in clear. */
  around(outbox: Outbox): Outbox
  /** What reads records, sealed or not. */
  open: OpenRecord
  decode: DecodeRecord
  /** What cuts one item out of a record; it is sealed like the record. */
  single: Single
  /** What finds somebody's items in records, and takes them out. */
  picker(person: Person): Picker
  /** Ids of the keys at hand; undefined when nothing is sealed. */
  keys(): readonly string[] | undefined
  /** Of the key in use; undefined when nothing is sealed. */
  keyInUse(): string | undefined
}

export type SealingPlace = {
  dataDir: string
  /** Of the outbox in this process; looked at when there is no `nats`. */
  outboxDir: string
  nats: object | undefined
  /** Not set: in the data folder. */
  keyFile: string | undefined
}

export const keyFileOf = ({ keyFile, dataDir }: Pick<SealingPlace, 'keyFile' | 'dataDir'>): string =>
  keyFile ?? join(dataDir, 'outbox-keys.json')

/**
 * Opens the key file; one that is not named is made in the data folder. On NATS nothing is sealed until one is named:
 * each relay would make its own, and read nothing of the others'.
 *
 * @throws OptionError when the key file cannot be read
 */
export const openSealing = (place: SealingPlace, { clock, log }: { clock: Clock; log: Log }): Sealing => {
  if (place.nats && place.keyFile === undefined) {
    log.warn('what the shared outbox keeps is not encrypted: set WMKT_KEY_FILE, the same for all relays')
    return clear
  }
  const path = keyFileOf(place)
  const isUsed = !place.nats && existsSync(place.outboxDir)
  if (place.keyFile === undefined && ensureKeyFile(path, clock.now()))
    log.info({ path, isUsed }, 'a key file was made: what the outbox keeps is encrypted with it')
  const ring = openKeyRing({ path, now: clock.now, log })
  const mask = createMask(ring.mask)
  const seal = createSeal(ring, createMissed(log, path))
  return {
    ...readersOf(seal),
    around: (outbox) => sealOutbox(outbox, seal, mask),
    keys: ring.ids,
    keyInUse: () => ring.current().id,
  }
}

/** Said once for each key: it may be missed by a million items. */
const createMissed = (log: Log, path: string): ((keyId: string) => void) => {
  const said = new Set<string>()
  return (keyId) => {
    if (said.has(keyId)) return
    said.add(keyId)
    log.error({ keyId, path }, 'what is kept is encrypted with a key that the key file does not have')
  }
}

const readersOf = (seal: Seal): Pick<Sealing, 'open' | 'decode' | 'single' | 'picker'> => ({
  open: (record) => ({ ...openRecord(seal.open(record)), isReadable: seal.openerOf(record) }),
  decode: (record) => decodeRecord(seal.open(record)),
  single(record) {
    const cut = itemRecordsOf(seal.open(record))
    return (index) => {
      const own = cut(index)
      return { ...own, record: seal.seal(own.record) }
    }
  },
  picker(person) {
    const theirs = isTheirs(person)
    return {
      pick: (record) => findItems(seal.open(record), theirs),
      without: (record, indexes) => seal.seal(recordWithout(seal.open(record), indexes, person.trackerId)),
    }
  },
})

/** Nothing is sealed. */
export const clear: Sealing = {
  ...readersOf(noSeal),
  around: (outbox) => outbox,
  keys: () => undefined,
  keyInUse: () => undefined,
}

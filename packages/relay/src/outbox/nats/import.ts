import type { KV } from '@nats-io/kv'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import { type Fingerprint, fingerprintText } from '../fingerprint.ts'
import { EMPTY_LEDGER } from '../ledger.ts'
import type { DeadLetter, LeasedEntry, Ledger } from '../outbox.ts'
import { orWhole, type Single, whole } from '../single.ts'
import { createEnqueue } from './enqueue.ts'
import { type Ground, openGround } from './ground.ts'
import { freshState, type ItemRecord, type ItemState } from './item-record.ts'
import { createLetterBox } from './letter-box.ts'
import { isWrongRevision } from './link.ts'
import { keyText, nonceKeyOf } from './names.ts'
import { createRegister } from './register.ts'
import type { NatsSettings } from './url.ts'

/**
 * Takes in what another outbox held. Whatever was taken in already, or is known to the relays here by now, is passed
 * over: an import that was cut short is simply done again.
 */
export interface NatsImport {
  /** Counts from before, to go on from. Of several imports the first one counts. */
  ledger(before: Ledger): Promise<void>
  nonce(key: Uint8Array, fingerprint: Fingerprint): Promise<void>
  item(entry: LeasedEntry, origin: { fingerprint: Fingerprint; receivedAt: number }): Promise<void>
  letter(letter: DeadLetter, fingerprint: Fingerprint): Promise<void>
  close(): Promise<void>
}

export type NatsImportOptions = {
  settings: NatsSettings
  projectId: string
  keepDeadLettersMs: number
  clock: Clock
  log: Log
  single?: Single
}

/** Signs what an import wrote: no relay has touched it since. */
const IMPORT = 'import'
const BASE = 'ledger'

export const openNatsImport = async (options: NatsImportOptions): Promise<NatsImport> => {
  const ground = await openGround(options)
  const { link, names, queues, nonces } = ground
  const letters = createLetterBox(link, names)
  const enqueue = createEnqueue(link, names)
  const register = createRegister({ link, names })
  const cut = orWhole(options.single ?? whole)

  /** True when the record now says so by this import; false when a relay has had the nonce since. */
  const claim = async (key: string, fingerprint: string, state: ItemState): Promise<boolean> => {
    const known = await nonces.read(key)
    if (known && known.record.by !== IMPORT) return false
    if (known?.record.state === state.state) return true
    const record: ItemRecord = { ...state, fingerprint, by: IMPORT }
    const revision = await nonces.write(key, record, known?.revision ?? 0)
    return revision === undefined ? claim(key, fingerprint, state) : true
  }
  return {
    ledger: (before) => writeBase(ground, before),
    async nonce(key, fingerprint) {
      const record: ItemRecord = { state: 'dropped', fingerprint: fingerprintText(fingerprint), by: IMPORT }
      await nonces.write(keyText(key), record, 0)
    },
    async item(entry, { fingerprint: known, receivedAt }) {
      const { kind, nonce, attempts, triedMs, attempting } = entry
      const [lane, key, fingerprint] = [
        await queues.enter(entry.lane),
        nonceKeyOf(entry),
        fingerprintText(known),
      ]
      if (!(await claim(key, fingerprint, { ...freshState(lane), attempts, triedMs, attempting }))) return
      const { record, index } = cut(entry.record)(entry.index)
      const head = { kind, nonce, lane, index, fingerprint, receivedAt }
      await enqueue(head, record, `${IMPORT}.0`)
    },
    async letter({ record, ...letter }, known) {
      const { kind, nonce, code, message, attempts, buriedAt: at } = letter
      const fingerprint = fingerprintText(known)
      const state = { state: 'buried', code, message, attempts, at } as const
      if (!(await claim(nonceKeyOf(letter), fingerprint, state)) || (await letters.read(nonce, kind))) return
      await register.burial(letter)
      await letters.put({ ...letter, fingerprint, seq: 0 }, record)
    },
    close: () => link.nc.drain(),
  }
}

/** What is held and buried is counted again here, as it comes in; a letter comes in as if it had never been an item. */
const writeBase = async ({ link, shared }: Ground, before: Ledger): Promise<void> => {
  const { received, held, buried, delivered, dropped, duplicates } = before
  const base: Ledger = {
    ...{ received: received - held, held: 0, buried: 0 },
    ...{ delivered: delivered + buried, dropped, duplicates },
  }
  try {
    await link.persist(() => shared.create(BASE, JSON.stringify(base)))
  } catch (error) {
    if (!isWrongRevision(error)) throw error
  }
}

/** Counts from before the import; none when there was none. */
export const readBase = async (shared: KV): Promise<Ledger> => {
  const entry = await shared.get(BASE)
  return entry?.operation === 'PUT' ? entry.json<Ledger>() : EMPTY_LEDGER
}

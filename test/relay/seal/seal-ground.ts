import { join } from 'node:path'
import type { Outbox } from '../../../packages/relay/src/outbox/outbox.ts'
import type { Single } from '../../../packages/relay/src/outbox/single.ts'
import {
  ensureKeyFile,
  readKeyFile,
  withNewKey,
  withoutKey,
  writeKeyFile,
} from '../../../packages/relay/src/seal/key-file.ts'
import { LOOK_MS, openKeyRing } from '../../../packages/relay/src/seal/key-ring.ts'
import { createSeal, type Seal } from '../../../packages/relay/src/seal/seal.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { singleOf } from '../outbox/intakes.ts'

/** A key file, and seals opened on it by a clock that is turned by hand. */
export const makeKeys = () => {
  const path = join(tempFolder('keys'), 'keys.json')
  ensureKeyFile(path, 0)
  let now = 0
  const openRing = () => openKeyRing({ path, now: () => now, log: silentLog })
  return {
    path,
    openRing,
    openSeal: () => createSeal(openRing()),
    ids: () => readKeyFile(path).keys.map(({ id }) => id),
    rotate: (afterMs = 0) => writeKeyFile(path, withNewKey(readKeyFile(path), now, afterMs)),
    shred: (id: string) => writeKeyFile(path, withoutKey(readKeyFile(path), id)),
    /** Until the file is looked at again. */
    wait(ms = LOOK_MS) {
      now += ms
    },
  }
}

/** Records are opened by whoever leases them; the cases of an outbox look into theirs. */
export const opening = (outbox: Outbox, { open, seal: close }: Seal): Outbox => ({
  ...outbox,
  erase: ({ picker: { pick, without }, ...request }) =>
    outbox.erase({
      ...request,
      picker: {
        pick: (record) => pick(open(record)),
        without: (record, indexes) => close(without(open(record), indexes)),
      },
    }),
  lease: async (lane, max) =>
    (await outbox.lease(lane, max)).map((entry) => ({ ...entry, record: open(entry.record) })),
  async *deadLetters(filter) {
    for await (const letter of outbox.deadLetters(filter)) yield { ...letter, record: open(letter.record) }
  },
  async deadLetter(nonce, kind) {
    const letter = await outbox.deadLetter(nonce, kind)
    return letter && { ...letter, record: open(letter.record) }
  },
})

/** What cuts items out of sealed records of `intakeOf`. */
export const sealedSingleOf =
  (seal: Seal): Single =>
  (record) => {
    const cut = singleOf(seal.open(record))
    return (index) => {
      const own = cut(index)
      return { ...own, record: seal.seal(own.record) }
    }
  }

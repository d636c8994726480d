import { join } from 'node:path'
import {
  ensureKeyFile,
  readKeyFile,
  withNewKey,
  withoutKey,
  writeKeyFile,
} from '../../../packages/relay/src/seal/key-file.ts'
import { LOOK_MS, openKeyRing } from '../../../packages/relay/src/seal/key-ring.ts'
import { createSeal } from '../../../packages/relay/src/seal/seal.ts'
import { silentLog } from '../../../packages/relay/src/telemetry/log.ts'
import { tempFolder } from '../../support/temp-folder.ts'

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

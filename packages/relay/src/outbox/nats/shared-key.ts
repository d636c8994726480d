import type { KV } from '@nats-io/kv'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import { START_MS } from './ground.ts'
import type { Link } from './link.ts'

/** What this relay encrypts with, and can decrypt. */
export type KeysAtHand = {
  /** Undefined when nothing is encrypted. */
  keys(): readonly string[] | undefined
  keyInUse(): string | undefined
}

export type SharedKeyParts = { shared: KV; link: Link; clock: Clock; log: Log; sealing: KeysAtHand }

/** The other relays encrypt with a key that this one does not have: it would bury what they keep. */
export class KeyNotShared extends TypeError {
  override readonly name = 'KeyNotShared'
}

const KEY_IN_USE = 'key-in-use'
const AGAIN_MS = 10_000

/**
 * Has all relays on one outbox know the key that is in use. Returns the way to stop telling.
 *
 * @throws KeyNotShared
 */
export const shareKey = async ({
  shared,
  link,
  clock,
  log,
  sealing,
}: SharedKeyParts): Promise<() => void> => {
  let told = await link.persist(async () => (await shared.get(KEY_IN_USE))?.string(), START_MS)
  if (told && !sealing.keys()?.includes(told))
    throw new KeyNotShared(
      `the relays on this outbox encrypt with key ${told}, which this one does not have: WMKT_KEY_FILE has to be the same for all`,
    )
  const tell = async () => {
    const key = sealing.keyInUse()
    if (key === undefined || key === told) return
    await link.persist(() => shared.put(KEY_IN_USE, key))
    told = key
  }
  let callOff = () => {}
  const tellOnce = async () => {
    await tell().catch((error) => log.debug({ err: error }, 'the key in use could not be told'))
    callOff = clock.after(AGAIN_MS, () => void tellOnce())
  }
  await tellOnce()
  return () => callOff()
}

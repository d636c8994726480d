import type { Item } from '@wmkt/protocol'
import type { Fingerprint } from '../outbox/fingerprint.ts'
import { bodyOver } from '../scan/body.ts'
import { createSpanHash } from '../scan/span-hash.ts'

const hash = createSpanHash()

/**
 * Of an item's content without `occurredAt` and `trackerId`: a tag may learn the tracker ID between two
 * attempts. Taken of the content as `JSON.stringify` writes it, so that what arrives in that form needs no parsing.
 * The order of keys matters: a sender that repeats an item repeats its bytes. It tells mistakes apart; it does not
 * withstand an attacker, who could only conflict with himself.
 */
export const fingerprintOf = (item: Item): Fingerprint => {
  const [one, other] = item.kind === 'event' ? [item.eventType, item.data] : [item.userData, item.nodeData]
  hash.begin()
  absorb(one)
  absorb(other)
  return hash.end()
}

const absorb = (value: unknown): void => {
  const bytes = Buffer.from(JSON.stringify(value))
  hash.absorb(bodyOver(bytes), 0, bytes.length)
}

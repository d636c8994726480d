import { TRACKER_ID_PATTERN } from '@wmkt/protocol'

/** Whose items are to be erased: told by either, or by both. */
export type Person = { trackerId?: string; email?: string }

/**
 * Whether an item, as it came, is somebody's: its tracker ID is theirs, or their address is one of its texts.
 *
 * @param ofBatch the tracker ID of the batch it came in, which counts for events without one of their own
 */
export const isTheirs = (person: Person): ((item: unknown, ofBatch: string | undefined) => boolean) => {
  const address = person.email === undefined ? undefined : plainAddress(person.email)
  return (item, ofBatch) => {
    if (typeof item !== 'object' || item === null) return holds(item, address)
    return (
      (person.trackerId !== undefined && trackerOf(item, ofBatch) === person.trackerId) ||
      holds(item, address)
    )
  }
}

const trackerOf = (item: object, ofBatch: string | undefined): unknown => {
  const own = 'trackerId' in item ? item.trackerId : undefined
  if (typeof own === 'string' && TRACKER_ID_PATTERN.test(own)) return own
  return 'kind' in item && item.kind === 'event' ? ofBatch : undefined
}

/** Case and space around it do not matter, nor does a name before it: `Mona <mona@shop.test>`. */
const plainAddress = (text: string): string => {
  const [, inBrackets] = /<([^<>]+)>\s*$/.exec(text) ?? []
  return (inBrackets ?? text).trim().toLowerCase()
}

const holds = (value: unknown, address: string | undefined): boolean => {
  if (address === undefined) return false
  if (typeof value === 'string') return plainAddress(value) === address
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((one) => holds(one, address))
  )
}

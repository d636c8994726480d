/** A record, and an item's position in it. */
export type Placed = { record: Uint8Array; index: number }

/**
 * A record → what cuts single items out of it, each as a record of its own. The outbox knows nothing of what is in a
 * record: it is told.
 *
 * @throws when the record cannot be read, or has no such item
 */
export type Single = (record: Uint8Array) => (index: number) => Placed

/** Tells nothing apart. */
export const whole: Single = (record) => (index) => ({ record, index })

/** The same for any record: one that cannot be read is kept whole. Read once, and not before it is needed. */
export const orWhole =
  (single: Single): Single =>
  (record) => {
    let cut: ReturnType<Single> | undefined
    return (index) => {
      try {
        cut ??= single(record)
        return cut(index)
      } catch {
        return { record, index }
      }
    }
  }

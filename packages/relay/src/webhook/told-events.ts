import type { UntoldDelivery } from '../outbox/outbox.ts'
import type { StampedItem } from '../record.ts'
import type { OpenRecord, RecordReader } from '../record-reader.ts'
import type { ToldEvent } from './message.ts'

/** Deliveries → what is told of them. Interactions have no id of the upstream's, and who was erased is not told of. */
export const toldEventsOf = (deliveries: readonly UntoldDelivery[], open: OpenRecord): ToldEvent[] => {
  const itemOf = createItemReader(open)
  return deliveries.flatMap((delivery): ToldEvent[] => {
    if (delivery.kind !== 'event') return []
    const item = itemOf(delivery)
    return item === undefined ? [] : [toldOf(delivery, item)]
  })
}

const toldOf = (
  { nonce, upstreamId, deliveredAt }: UntoldDelivery,
  item: StampedItem | 'unreadable',
): ToldEvent => ({
  nonce,
  ...(item !== 'unreadable' && item.kind === 'event' && { eventType: item.eventType }),
  ...(upstreamId !== undefined && { upstreamId }),
  deliveredAt,
})

/** Neighbours often came in one record: it is opened once. */
const createItemReader = (open: OpenRecord) => {
  let last: { record: Uint8Array; opened: RecordReader } | undefined
  return ({ record, index }: UntoldDelivery): StampedItem | 'unreadable' | undefined => {
    try {
      if (last?.record !== record) last = { record, opened: open(record) }
      return last.opened.itemAt(index)
    } catch {
      return 'unreadable'
    }
  }
}

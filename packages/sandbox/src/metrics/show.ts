import type { metrics } from '../storage/schema.ts'

/** A state or statistic as the API shows it: attested are `type`, `data.date` and the stamps; the rest is our reading. */
export const showMetric = (row: typeof metrics.$inferSelect) => ({
  _id: row.id,
  projectId: row.projectId,
  userId: row.userId,
  eventId: row.eventId,
  eventType: row.eventType,
  type: row.type,
  storageKey: row.storageKey,
  data: {
    value: row.value,
    date: row.metricDate,
    ...(row.amount === null ? {} : { amount: row.amount, currency: row.currency }),
  },
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

import type { EventTypeField } from '../storage/schema.ts'

type Entity = EventTypeField['entity']
type Given = Partial<Pick<EventTypeField, 'optional' | 'isPii' | 'discriminant'>>

const labelOf = (key: string): string => key[0]?.toUpperCase() + key.slice(1).replaceAll('_', ' ')

const field = (
  entity: Entity,
  key: string,
  type: EventTypeField['type'],
  given: Given = {},
): EventTypeField => ({
  label: labelOf(key),
  entity,
  type,
  ingestionKey: key,
  storageKey: key,
  optional: true,
  isPii: false,
  discriminant: false,
  metadata: {},
  ...given,
})

const email = field('user', 'email', 'email', { isPii: true, discriminant: true })
const phone = field('user', 'phone', 'phone', { isPii: true, discriminant: true })
const firstName = field('user', 'first_name', 'string', { isPii: true })
const lastName = field('user', 'last_name', 'string', { isPii: true })
const loyaltyId = field('user', 'loyalty_id', 'string', { discriminant: true })
const qualified = field('state', 'qualified', 'boolean')
const converted = field('state', 'converted', 'boolean')
const turnover = field('statistic', 'turnover', 'currency')
const quantity = field('statistic', 'quantity', 'number')

/** The demo project's fields: what event types may refer to by entity and key. */
export const DEMO_FIELDS: readonly EventTypeField[] = [
  ...[email, phone, firstName, lastName, loyaltyId],
  ...[qualified, converted],
  ...[turnover, quantity],
]

type DemoEventType = {
  readonly reference: string
  readonly name: string
  readonly fields: readonly EventTypeField[]
}

/** The demo project's event types: those of a small shop. */
export const DEMO_EVENT_TYPES: readonly DemoEventType[] = [
  {
    reference: 'contact-form',
    name: 'Contact form',
    fields: [
      { ...email, optional: false },
      ...[phone, firstName, lastName],
      field('event-type', 'message', 'string'),
      ...[qualified, converted, turnover],
    ],
  },
  {
    reference: 'purchase',
    name: 'Purchase',
    fields: [
      ...[email, phone, firstName, lastName, loyaltyId],
      field('event-type', 'order_id', 'string', { optional: false }),
      field('event-type', 'delivery_address', 'location', { isPii: true }),
      { ...turnover, ingestionKey: 'amount' },
      ...[quantity, converted],
    ],
  },
  {
    reference: 'page-view',
    name: 'Page view',
    fields: [
      field('event-type', 'url', 'string'),
      field('event-type', 'title', 'string'),
      field('event-type', 'referrer', 'string'),
    ],
  },
  {
    reference: 'newsletter',
    name: 'Newsletter',
    fields: [{ ...email, optional: false }, firstName, field('event-type', 'consent', 'boolean')],
  },
  {
    reference: 'cta',
    name: 'Call to action',
    fields: [field('event-type', 'place', 'string'), field('event-type', 'label', 'string')],
  },
]

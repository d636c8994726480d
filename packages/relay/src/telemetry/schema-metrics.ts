import { type Metric, samplesOf } from './metric.ts'

const STATES = ['none', 'fresh', 'stale'] as const

/** Events against their event types: since the start. Nothing to say with the policy `off`. */
export const SCHEMA_METRICS: readonly Metric[] = [
  {
    name: 'wmkt_schema_state',
    type: 'gauge',
    help: '1 for the state of what is known of the event types; without fresh, events pass unchecked.',
    labels: ['state'],
    read: ({ status: { schema } }) =>
      schema ? STATES.map((state) => [state === schema.state ? 1 : 0, state]) : [],
  },
  {
    name: 'wmkt_schema_event_types',
    type: 'gauge',
    help: 'Event types known.',
    read: ({ status: { schema } }) => (schema?.types === undefined ? [] : [[schema.types]]),
  },
  {
    name: 'wmkt_schema_findings_total',
    type: 'counter',
    help: 'What was found in events that came to the door, by level and code.',
    labels: ['level', 'code'],
    read: ({ status: { schema } }) => samplesOf(schema?.findings ?? {}),
  },
  {
    name: 'wmkt_schema_coerced_total',
    type: 'counter',
    help: 'Values put right in events that came to the door, by coercion.',
    labels: ['coercion'],
    read: ({ status: { schema } }) => samplesOf(schema?.coerced ?? {}),
  },
  {
    name: 'wmkt_schema_unchecked_total',
    type: 'counter',
    help: 'Events that came while there was no schema to go by.',
    read: ({ status: { schema } }) => (schema ? [[schema.unchecked]] : []),
  },
]

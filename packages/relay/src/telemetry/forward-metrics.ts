import type { GateStatus } from '../forward/status.ts'
import { type Metric, one, type Sample, samplesOf } from './metric.ts'

const STATES: readonly GateStatus['state'][] = ['running', 'paused', 'parked', 'trial']
const HEALTH = ['idle', 'ok', 'failing'] as const

/** What went on to the upstream since the start, and how things stand. Lanes are counted, never named: strangers name them. */
export const FORWARD_METRICS: readonly Metric[] = [
  {
    name: 'wmkt_forward_attempts_total',
    type: 'counter',
    help: 'Attempts by kind and class of the status; failure: no answer.',
    labels: ['kind', 'status'],
    read: ({ counts }) => samplesOf(counts.attempts),
  },
  {
    name: 'wmkt_forward_settled_total',
    type: 'counter',
    help: 'Attempts by what they led to, once on disk.',
    labels: ['settlement'],
    read: ({ status: { forward } }) =>
      forward
        ? [
            [forward.counters.delivered, 'ack'],
            [forward.counters.retried, 'retry'],
            [forward.counters.buried, 'bury'],
          ]
        : [],
  },
  {
    name: 'wmkt_forward_buried_total',
    type: 'counter',
    help: 'Items buried, by kind and reason.',
    labels: ['kind', 'code'],
    read: ({ counts }) => samplesOf(counts.buried),
  },
  {
    name: 'wmkt_forward_unexpected_body_total',
    type: 'counter',
    help: 'Items acknowledged by the upstream in another form than documented.',
    read: ({ status }) => one(status.forward?.counters.unexpected_body),
  },
  {
    name: 'wmkt_forward_probes_total',
    type: 'counter',
    help: 'Harmless requests that ask whether a parked project may go on.',
    read: ({ status }) => one(status.forward?.probes),
  },
  {
    name: 'wmkt_forward_in_flight',
    type: 'gauge',
    help: 'Attempts under way.',
    read: ({ status }) => one(status.forward?.inFlight),
  },
  {
    name: 'wmkt_forward_settling',
    type: 'gauge',
    help: 'Settlements not yet on disk.',
    read: ({ status }) => one(status.forward?.settling),
  },
  {
    name: 'wmkt_project_state',
    type: 'gauge',
    help: '1 for the state forwarding is in, 0 for the others.',
    labels: ['state'],
    read: ({ status: { forward } }) =>
      forward ? STATES.map((state): Sample => [forward.project.state === state ? 1 : 0, state]) : [],
  },
  {
    name: 'wmkt_lanes',
    type: 'gauge',
    help: 'Lanes seen since the start, by state.',
    labels: ['state'],
    read: ({ status: { forward } }) =>
      forward
        ? STATES.map((state): Sample => [forward.lanes.filter((lane) => lane.state === state).length, state])
        : [],
  },
  {
    name: 'wmkt_credential_state',
    type: 'gauge',
    help: '1 for the state the credential is in, 0 for the others.',
    labels: ['state'],
    read: ({ status: { credential } }) =>
      credential ? HEALTH.map((state): Sample => [credential.state === state ? 1 : 0, state]) : [],
  },
  {
    name: 'wmkt_credential_expires_timestamp_seconds',
    type: 'gauge',
    help: 'When the token in hand expires; missing while there is none.',
    read: ({ status: { credential } }) => one(credential?.expiresAt && credential.expiresAt / 1_000),
  },
]

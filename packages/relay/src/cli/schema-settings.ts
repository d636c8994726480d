import type { Setting } from './settings.ts'

/** About events and their event types. */
export const SCHEMA_SETTINGS: readonly Setting[] = [
  {
    env: 'WMKT_VALIDATION',
    flag: 'validation',
    target: 'validation',
    form: 'text',
    fallback: 'hold',
    about: 'events that would be trashed: hold, warn, off',
  },
  {
    env: 'WMKT_COERCIONS',
    flag: 'coercions',
    target: 'coercions',
    form: 'list',
    about: 'values put right on the way: number, phone, date',
  },
  {
    env: 'WMKT_CANARY',
    flag: 'canary',
    target: 'canary',
    form: 'integer',
    fallback: '0',
    about: 'one in so many events of a type goes by the synchronous endpoint; 0 = none',
  },
  {
    env: 'WMKT_DEBUG',
    flag: 'debug',
    target: 'debug',
    form: 'switch',
    fallback: 'off',
    about: 'show pages of allowed origins the event types, for data-debug: on, off',
  },
  {
    env: 'WMKT_SETTLEMENT',
    flag: 'settlement',
    target: 'settlement',
    form: 'switch',
    fallback: 'on',
    about: 'look into the trash for what became of delivered events: on, off',
  },
]

/** What the running sandbox can be told to do differently, at start or through the control API. */
export type Settings = {
  /** Ambiguities of the reference are read the strict way. @default false */
  strict: boolean
  /** How long an accepted event waits before the worker takes it, ms. @default 20 */
  latencyMs: number
  /** Life of an access token, seconds. @default 3600 */
  tokenLifeS: number
  /** `POST /events` and `/events/sync` answer without a token, as the reference page shows them. @default false */
  anonymousEvents: boolean
  /** An event refused by `/events/sync` is also trashed. @default false */
  trashSyncRefusals: boolean
  /** Errors of trashed events are plain strings, as the reference announces. @default false */
  plainTrashErrors: boolean
}

export const DEFAULT_SETTINGS: Readonly<Settings> = Object.freeze({
  strict: false,
  latencyMs: 20,
  tokenLifeS: 3600,
  anonymousEvents: false,
  trashSyncRefusals: false,
  plainTrashErrors: false,
})

import type { Board, Posted } from '../faults/board.ts'
import type { Fault } from '../faults/fault.ts'
import type { Lane } from '../lane.ts'
import type { Announcer } from '../live/announcer.ts'
import { type Wait, waitForEvent } from '../live/wait.ts'
import type { AccessTokens } from '../oauth/access-tokens.ts'
import { issuePersonalCredentials, type PersonalCredentials } from '../oauth/personal.ts'
import { restoreKeys, revokeKeys } from '../oauth/revoke.ts'
import { seedProject } from '../seed/seed.ts'
import { issueKeyFile } from '../seed/service-account.ts'
import type { Settings } from '../settings.ts'
import type { Database } from '../storage/database.ts'
import {
  type Counts,
  countAll,
  type EventFilter,
  type InspectedEvent,
  type InspectedInteraction,
  type InspectedUser,
  inspectEvents,
  inspectInteractions,
  inspectUsers,
} from './inspect.ts'
import { emptyTables } from './reset.ts'

/** What a test, or the control API, can ask of a running sandbox. */
export type Commands = {
  /** Events received, newest first, at most 1,000. */
  events(filter?: EventFilter): Promise<readonly InspectedEvent[]>
  /**
   * The first event that fits, there already or yet to come; a computed one unless the filter names a status.
   *
   * @throws Error after the timeout (5 s by default), telling what has arrived instead
   */
  waitForEvent(filter?: EventFilter, wait?: Wait): Promise<InspectedEvent>
  /** Offline interactions, newest first, from an offset on (default 0), at most 1,000. */
  interactions(offset?: number): Promise<readonly InspectedInteraction[]>
  /** Users with all values of their fields, newest first, at most 1,000. */
  users(): Promise<readonly InspectedUser[]>
  counts(): Promise<Counts>
  /** Puts a fault up and gives back its id, or does one that does not stand (`expire-tokens`, `revoke-key`). */
  fault(fault: Fault): Promise<Posted | undefined>
  /** Takes one fault down, or all; false when there was none of that id. */
  clearFaults(id?: string): boolean
  /** Changes settings of the running sandbox. */
  set(change: Partial<Settings>): void
  /** Writes a new key into the key file; older keys stay as good or as revoked as they were. */
  rotateKey(): Promise<void>
  /** Personal credentials with a fresh refresh token. */
  personalCredentials(): Promise<PersonalCredentials>
  /** Takes all faults down, lifts revocations, and goes back to the project as it was made. Tokens in use stay good. */
  reset(): Promise<void>
}

type Parts = {
  readonly db: Database
  readonly credentials: string
  readonly projectId: string
  readonly settings: Settings
  readonly board: Board
  readonly lane: Lane
  readonly announcer: Announcer
  readonly tokens: AccessTokens
  readonly now: () => number
}

const clear = (board: Board, id: string | undefined): boolean => {
  if (id !== undefined) return board.remove(id)
  board.clear()
  return true
}

export const createCommands = (parts: Parts): Commands => {
  const { db, credentials, projectId, settings, board, lane, announcer, tokens, now } = parts
  const look = (filter: EventFilter) => inspectEvents(db, projectId, filter)

  const fault: Commands['fault'] = async (asked) => {
    if (asked.kind === 'expire-tokens') tokens.expireAll()
    else if (asked.kind === 'revoke-key') await revokeKeys(db, new Date(now()))
    else return board.post(asked)
    return undefined
  }

  const reset = (): Promise<void> =>
    lane(async () => {
      board.clear()
      tokens.restoreAll()
      await restoreKeys(db)
      await emptyTables(db)
      await seedProject(db, projectId, new Date(now()))
      announcer.announce({ kind: 'reset', id: projectId })
    })

  return {
    events: (filter = {}) => look(filter),
    waitForEvent: (filter = {}, wait = {}) => waitForEvent({ announcer, look }, filter, wait),
    interactions: (offset) => inspectInteractions(db, projectId, offset),
    users: () => inspectUsers(db, projectId),
    counts: () => countAll(db, projectId),
    fault,
    clearFaults: (id) => clear(board, id),
    set: (change) => void Object.assign(settings, change),
    rotateKey: () => issueKeyFile(db, credentials),
    personalCredentials: () => issuePersonalCredentials(db, now()),
    reset,
  }
}

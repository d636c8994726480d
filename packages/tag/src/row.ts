import type { Kind } from '@wmkt/protocol'

/**
 * Rows of a lane sort by the time they were recorded. The lane (`endpoint project`) comes first, so that tags of several
 * projects on one origin never mix. The nonce is part of the key, so that an acknowledgement names what it settles.
 */
export type RowKey = [lane: string, at: number, kind: Kind, nonce: string]

/** What the outbox holds: the item's JSON is made once, at the call, and travels as it is. */
export type Row = { key: RowKey; json: string }

export const laneOf = (endpoint: string, project = ''): string => `${endpoint} ${project}`

/** `[endpoint, project]` of a lane: neither a URL nor a project has a space in it. */
export const partsOf = (lane: string): string[] => lane.split(' ')

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length

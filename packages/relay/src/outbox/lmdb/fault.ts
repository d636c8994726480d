import { OutboxFailed, OutboxFull } from '../outbox.ts'

/** LMDB and system error numbers that mean: no room. */
const NO_ROOM = new Set<unknown>([-30792, -30788, 28, 122, 'ENOSPC', 'EDQUOT'])
const NO_ROOM_TEXT = /MDB_MAP_FULL|MDB_TXN_FULL|No space left|quota exceeded/i

/**
 * What a failed transaction means: no room, which passes, or a disk not to be trusted. A write that a full disk cut
 * short is an EIO to LMDB, as a failed sync is; `isShort` tells the two apart by looking at the disk.
 */
export const faultOf = (error: unknown, isShort: () => boolean): OutboxFull | OutboxFailed => {
  if (error instanceof OutboxFull || error instanceof OutboxFailed) return error
  const noRoom = error instanceof Error && (NO_ROOM.has(codeOf(error)) || NO_ROOM_TEXT.test(error.message))
  return noRoom || (isIoError(error) && isShort())
    ? new OutboxFull('storage', error)
    : new OutboxFailed(`the disk failed: ${error instanceof Error ? error.message : error}`, { cause: error })
}

const codeOf = (error: Error): unknown => ('code' in error ? error.code : undefined)

const isIoError = (error: unknown): boolean =>
  error instanceof Error && (codeOf(error) === 5 || /Input\/output error/i.test(error.message))

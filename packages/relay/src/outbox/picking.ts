import type { EraseStep, Picker } from './outbox.ts'

/** A step that found nothing. */
export const NOTHING_ERASED: Omit<EraseStep, 'next'> = {
  held: 0,
  deadLetters: 0,
  kept: 0,
  underWay: 0,
  unreadable: 0,
  looked: 0,
  of: 0,
}

/** Positions that were picked; undefined when the record cannot be read. */
export const pickedIn = ({ pick }: Picker, record: Uint8Array): readonly number[] | undefined => {
  try {
    return pick(record)
  } catch {
    return undefined
  }
}

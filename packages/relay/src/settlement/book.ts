import { delivered, isSameMinute, type Reckoning } from './reckoning.ts'

/** The reckoning as it stands, to which thousands of deliveries are added a second. */
export interface Book {
  /** An event was delivered. @param at epoch ms */
  delivered(at: number): void
  read(): Reckoning
  turn(change: (reckoning: Reckoning) => Reckoning): void
}

/** Deliveries of one minute are counted, and entered together when somebody reads. */
export const createBook = (begun: Reckoning): Book => {
  let reckoning = begun
  let last = 0
  let count = 0
  const read = () => {
    if (count > 0) reckoning = delivered(reckoning, last, count)
    count = 0
    return reckoning
  }
  return {
    delivered(at) {
      if (!isSameMinute(at, last)) read()
      last = at
      count += 1
    },
    read,
    turn(change) {
      reckoning = change(read())
    },
  }
}

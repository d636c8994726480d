import type { LaneState } from './lane-state.ts'
import type { Lanes } from './lanes.ts'
import type { Supply } from './supply.ts'

/** All lanes give their stock back; who wants it takes it in this turn of the event loop, then they take up the rest. */
export const giveWay = (lanes: Lanes, supply: Supply, serve: (lane: LaneState) => void): void => {
  for (const lane of lanes.all()) supply.giveBack(lane)
  setImmediate(() => {
    for (const lane of lanes.all()) serve(lane)
  })
}

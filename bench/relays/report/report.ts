/** A contender as the tables name it. `at2xx`: what is on disk when it has answered. */
export type Row = { name: string; title: string; at2xx: string }
export type Fault = { name: string; title: string }

/** What became of the events of one cell. */
export type Tally = {
  sent: number
  acknowledged: number
  /** Of the acknowledged, like the next three. */
  arrived: number
  /** Still going to be delivered. */
  waiting: number
  /** Kept, and only a person will try it again. */
  setAside: number
  lost: number
  /** Reached the upstream more than once. */
  doubled: number
}

/** `seconds`: from the end of the fault until all was decided, or the patience over. `why`: it could not be run. */
export type Cell = { contender: string; fault: string } & ((Tally & { seconds: number }) | { why: string })

/** Requests a second, single events. `ratio`: to the naive one in the same round, where that got any through. */
export type Rate = { contender: string; perSecond: number; deliveredPerSecond: number; ratio?: number }

/** Everything that one run has seen. */
export type Report = {
  date: string
  versions: readonly string[]
  events: number
  patienceS: number
  contenders: readonly Row[]
  faults: readonly Fault[]
  losses: readonly Cell[]
  throughput: readonly Rate[]
}

export const cellOf = ({ losses }: Report, { name }: Row, fault: Fault): Cell | undefined =>
  losses.find((cell) => cell.contender === name && cell.fault === fault.name)

export const rateOf = ({ throughput }: Report, { name }: Row): Rate | undefined =>
  throughput.find(({ contender }) => contender === name)

/** Worth telling: it took its time until all was there. */
export const isLate = (cell: Tally & { seconds: number }): boolean =>
  cell.seconds >= 10 && cell.arrived === cell.acknowledged

/** How long the upstream goes on misbehaving once all events are sent, in ms. */
export const FAULT_MS = 3_000

/** `upstream`: how it answers meanwhile; `kill`: what gets SIGKILL at the end of it, and is started again at once. */
export const FAULTS = [
  { name: 'none', title: 'no fault', kill: [] },
  { name: '503', title: 'upstream 503 for 3 s', upstream: 503, kill: [] },
  { name: '401', title: 'upstream 401 for 3 s', upstream: 401, kill: [] },
  { name: 'kill', title: 'relay SIGKILL', upstream: 'hang', kill: ['relay'] },
  { name: 'kill-store', title: 'relay and store SIGKILL', upstream: 'hang', kill: ['relay', 'store'] },
]

/** A store that lies in the relay's own process dies with it: there is no second case. */
export const isApart = (contender, fault) => !fault.kill.includes('store') || contender.store !== 'none'

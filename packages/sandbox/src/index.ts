export type { Commands } from './control/commands.ts'
export type {
  Counts,
  EventFilter,
  InspectedEvent,
  InspectedInteraction,
  InspectedUser,
} from './control/inspect.ts'
export type { Posted } from './faults/board.ts'
export type { Fault, StandingFault, Target } from './faults/fault.ts'
export type { Wait } from './live/wait.ts'
export type { PersonalCredentials } from './oauth/personal.ts'
export type { SandboxOptions } from './options.ts'
export { type Sandbox, startSandbox } from './sandbox.ts'
export type { Settings } from './settings.ts'

import type { EndpointName } from '@wmkt/api'
import { isEndpointName } from '../http/endpoint-name.ts'
import { number, oneOf, optional, type Reader, readOrRefuse, record, shapeOf } from '../http/shape.ts'

/** Where a fault strikes: an endpoint of the contract by name, the token endpoint, or every one of them. */
export type Target = EndpointName | 'token' | '*'

type Common = {
  /** @default '*' */
  readonly on?: Target | undefined
  /** How many requests it strikes before it is spent. @default without end */
  readonly times?: number | undefined
}

type Status = Common & {
  readonly kind: 'status'
  readonly status: number
  /** @default the upstream's error shape for the status */
  readonly body?: Readonly<Record<string, unknown>> | undefined
}
type Delay = Common & { readonly kind: 'delay'; readonly delayMs: number }
type RateLimit = Common & {
  readonly kind: 'rate-limit'
  readonly retryAfterS: number
  /** How Retry-After is written. @default 'seconds' */
  readonly form?: 'seconds' | 'date' | undefined
}
type Cut = Common & { readonly kind: 'cut'; readonly when: 'before-storing' | 'after-storing' }
type SilentTrash = {
  readonly kind: 'silent-trash'
  readonly oneIn: number
  readonly times?: number | undefined
}

/** A misbehaviour that strikes requests or events while it stands. */
export type StandingFault = Status | Delay | RateLimit | Cut | SilentTrash

/** A misbehaviour on request: standing ones, and two that are done at once. */
export type Fault = StandingFault | { readonly kind: 'expire-tokens' } | { readonly kind: 'revoke-key' }

const isTarget = (input: unknown): input is Target =>
  input === '*' || input === 'token' || (typeof input === 'string' && isEndpointName(input))

const target: Reader<Target> = (input, name) =>
  isTarget(input) ? { value: input } : { wrong: [`${name} must be the name of an endpoint, token or *`] }

const within =
  (least: number, most: number): Reader<number> =>
  (input, name) => {
    const reading = number(input, name)
    const fits = 'value' in reading && Number.isInteger(reading.value) && reading.value >= least
    return fits && reading.value <= most
      ? reading
      : { wrong: [`${name} must be a whole number from ${least} to ${most}`] }
  }

const times = optional(within(1, 1_000_000))
const common = { on: optional(target), times }

const READERS: { readonly [Kind in Fault['kind']]: Reader<Extract<Fault, { kind: Kind }>> } = {
  status: shapeOf<Status>({
    ...common,
    kind: oneOf('status'),
    status: within(200, 599),
    body: optional(record),
  }),
  delay: shapeOf<Delay>({ ...common, kind: oneOf('delay'), delayMs: within(0, 600_000) }),
  'rate-limit': shapeOf<RateLimit>({
    ...common,
    kind: oneOf('rate-limit'),
    retryAfterS: within(0, 86_400),
    form: optional(oneOf('seconds', 'date')),
  }),
  cut: shapeOf<Cut>({ ...common, kind: oneOf('cut'), when: oneOf('before-storing', 'after-storing') }),
  'silent-trash': shapeOf<SilentTrash>({ kind: oneOf('silent-trash'), oneIn: within(1, 1_000_000), times }),
  'expire-tokens': shapeOf<{ readonly kind: 'expire-tokens' }>({ kind: oneOf('expire-tokens') }),
  'revoke-key': shapeOf<{ readonly kind: 'revoke-key' }>({ kind: oneOf('revoke-key') }),
}

const kind = shapeOf<{ kind: Fault['kind'] }>({
  kind: oneOf('status', 'delay', 'rate-limit', 'cut', 'silent-trash', 'expire-tokens', 'revoke-key'),
})

/**
 * Reads a fault asked for through the control API or by a test.
 *
 * @throws Refusal 400 with every fault of the fault
 */
export const readFault = (input: unknown): Fault =>
  readOrRefuse<Fault>(READERS[readOrRefuse(kind, input).kind], input)

import type { EndpointName } from '../paths.ts'
import type { Output } from './answer.ts'
import type { Call, CallOptions } from './call.ts'
import type { Input } from './input.ts'

/** The input may be left out where nothing in it is mandatory. */
export type Args<Name extends EndpointName> =
  Partial<Input<Name>> extends Input<Name>
    ? [input?: Input<Name>, options?: CallOptions]
    : [input: Input<Name>, options?: CallOptions]

/**
 * One endpoint as a function. Rejects with ApiError (the upstream answered otherwise), TransportError (no answer), TokenError (no
 * token) or TypeError (the input does not fit the contract; nothing was sent).
 */
export type Method<Name extends EndpointName> = (...args: Args<Name>) => Promise<Output<Name>>

export type MakeMethod = <Name extends EndpointName>(name: Name) => Method<Name>

/** Makes methods of endpoints. */
export const methodsOver =
  (call: Call): MakeMethod =>
  (name) =>
  (...[input, options]) =>
    call(name, input, options)

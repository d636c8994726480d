import type { EndpointName } from '@wmkt/api'

/** Who calls: the agent behind the access token, or nobody on endpoints that allow it. */
export type Caller = { readonly agentId: string; readonly workspaceId: string }

/** One API request after the door: path parameters decoded, query as a plain table, body parsed from JSON. */
export type Call = {
  /** A parameter of the path; a name the path does not have is a bug and throws. */
  param(name: string): string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly caller: Caller | undefined
}

/** Answers a call with a JSON value, or throws a Refusal. */
export type Handler = (call: Call) => Promise<unknown>

/** A room's share of the API, by the contract's endpoint names. */
export type Handlers<Name extends EndpointName> = Readonly<Record<Name, Handler>>

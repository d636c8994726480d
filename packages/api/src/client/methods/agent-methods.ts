import type { MakeMethod, Method } from '../method.ts'

/** Who the token stands for, and what it may see. */
export type AgentMethods = {
  /**
   * The project: mode, currency, retention in days (null: for ever). Errors: `not-found`. Source: SDK.
   */
  readonly getProject: Method<'getProject'>
  /**
   * Who the token stands for. The cheapest proof that a credential works. Source: SDK.
   */
  readonly getMe: Method<'getMe'>
  /**
   * The projects the token may see: a plain array. Source: SDK.
   */
  readonly listMyProjects: Method<'listMyProjects'>
  /**
   * The workspaces the token may see: a plain array, one entry for a service account. Source: SDK.
   */
  readonly listMyWorkspaces: Method<'listMyWorkspaces'>
}

export const agentMethods = (method: MakeMethod): AgentMethods => ({
  getProject: method('getProject'),
  getMe: method('getMe'),
  listMyProjects: method('listMyProjects'),
  listMyWorkspaces: method('listMyWorkspaces'),
})

import { asc, eq } from 'drizzle-orm'
import type { Caller, Handlers } from '../http/call.ts'
import { notFound, unauthorized } from '../http/refusal.ts'
import type { Database } from '../storage/database.ts'
import { agents, projects, workspaces } from '../storage/schema.ts'

const known = (caller: Caller | undefined): Caller => {
  if (!caller) throw unauthorized()
  return caller
}

/** The agent behind the token, what it can see (plain arrays), and one project. */
export const createProjectRoutes = (
  db: Database,
): Handlers<'getProject' | 'getMe' | 'listMyProjects' | 'listMyWorkspaces'> => ({
  getProject: async ({ param }) => {
    const [project] = await db
      .select()
      .from(projects)
      .where(eq(projects.id, param('projectId')))
    if (!project) throw notFound(`Project ${param('projectId')} not found`)
    return project
  },
  getMe: async ({ caller }) => {
    const [agent] = await db
      .select()
      .from(agents)
      .where(eq(agents.id, known(caller).agentId))
    if (!agent) throw unauthorized()
    const { workspaceId: _workspaceId, ...shown } = agent
    return shown
  },
  listMyProjects: ({ caller }) =>
    db
      .select()
      .from(projects)
      .where(eq(projects.workspaceId, known(caller).workspaceId))
      .orderBy(asc(projects.id)),
  listMyWorkspaces: async ({ caller }) => {
    const rows = await db
      .select()
      .from(workspaces)
      .where(eq(workspaces.id, known(caller).workspaceId))
    return rows.map(({ clientSecret: _clientSecret, ...shown }) => shown)
  },
})

import { eq, sql } from 'drizzle-orm'
import type { Caller } from '../http/call.ts'
import { notFound } from '../http/refusal.ts'
import type { Database } from '../storage/database.ts'
import { projects } from '../storage/schema.ts'

/** Refuses a project that does not exist, or that the caller has no part in: for them it does not exist. */
export type AssertProject = (projectId: string, caller: Caller | undefined) => Promise<void>

/** Asked at every request, hence prepared. Nobody calling (events without a token, by setting) may name any project. */
export const createProjectGuard = (db: Database): AssertProject => {
  const byId = db
    .select({ workspaceId: projects.workspaceId })
    .from(projects)
    .where(eq(projects.id, sql.placeholder('id')))
    .prepare('project_by_id')
  return async (projectId, caller) => {
    const [project] = await byId.execute({ id: projectId })
    const isForeign = caller !== undefined && project?.workspaceId !== caller.workspaceId
    if (!project || isForeign) throw notFound(`Project ${projectId} not found`)
  }
}

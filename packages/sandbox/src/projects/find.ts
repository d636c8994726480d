import { eq } from 'drizzle-orm'
import type { Caller } from '../http/call.ts'
import { notFound } from '../http/refusal.ts'
import type { Database } from '../storage/database.ts'
import { projects } from '../storage/schema.ts'

/** Refuses a project that does not exist, or that the caller has no part in: for them it does not exist. */
export type AssertProject = (projectId: string, caller: Caller | undefined) => Promise<void>

/**
 * Asked at every request, hence remembered: a project, once made, keeps its workspace. Nobody calling (events without
 * a token, by setting) may name any project.
 */
export const createProjectGuard = (db: Database): AssertProject => {
  const known = new Map<string, string>()
  const workspaceOf = async (id: string): Promise<string | undefined> => {
    const [project] = await db.select().from(projects).where(eq(projects.id, id))
    if (project) known.set(id, project.workspaceId)
    return project?.workspaceId
  }
  return async (projectId, caller) => {
    const workspaceId = known.get(projectId) ?? (await workspaceOf(projectId))
    const isForeign = caller !== undefined && workspaceId !== caller.workspaceId
    if (workspaceId === undefined || isForeign) throw notFound(`Project ${projectId} not found`)
  }
}

import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { ensurePostgres, startPostgres } from './postgres-server.ts'
import { begin, type Given } from './provisions.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Set where the sandbox's tests run on a real PostgreSQL, not on the embedded one. */
    onPostgres?: true
  }
}

/** vitest global setup: a real PostgreSQL for the run, installed first when the machine has none and can. */
export default function setup(project: TestProject): () => Promise<void> {
  let stop = (): void => {}
  const provide = async (): Promise<Given<'postgres'>> => {
    const programs = await ensurePostgres()
    if ('missing' in programs) {
      process.stdout.write(`the sandbox’s tests on a real PostgreSQL are skipped: ${programs.missing}\n`)
      return programs
    }
    const cluster = await startPostgres(programs.path)
    stop = cluster.stop
    return { url: cluster.url }
  }
  project.provide('onPostgres', true)
  const done = begin(project.getProvidedContext().runFolder, 'postgres', provide)
  return async () => {
    await done
    stop()
  }
}

/** A fresh database on a server, by its URL. */
export const createDatabase = async (server: string): Promise<string> => {
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create database ${name}`)
  await sql.end()
  return new URL(`/${name}`, server).href
}

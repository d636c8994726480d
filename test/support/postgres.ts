import { randomBytes } from 'node:crypto'
import postgres from 'postgres'

/**
 * A fresh database on the PostgreSQL the run was given (`WMKT_TEST_POSTGRES`), as the sandbox's option; nothing when
 * the run is on the embedded one.
 */
export const createTestDatabase = async (): Promise<{ databaseUrl?: string }> => {
  const server = process.env.WMKT_TEST_POSTGRES
  if (server === undefined) return {}
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create database ${name}`)
  await sql.end()
  return { databaseUrl: new URL(`/${name}`, server).href }
}

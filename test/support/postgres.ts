import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { aptInstall } from './apt.ts'
import { freePort } from './child.ts'
import { begin, type Given } from './provisions.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Set where the sandbox's tests run on a real PostgreSQL, not on the embedded one. */
    onPostgres?: true
  }
}

const DEBIAN = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs; undefined when there is none. */
export const findPrograms = (): string | undefined =>
  (existsSync(DEBIAN) ? readdirSync(DEBIAN) : [])
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))

/** PostgreSQL refuses to run as root: then it runs as the account Debian's package makes. */
const account = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

const isUp = async (url: string): Promise<boolean> => {
  const sql = postgres(url, { max: 1, connect_timeout: 1, onnotice: () => {} })
  const up = await sql`select 1`.then(
    () => true,
    () => false,
  )
  await sql.end({ timeout: 1 })
  return up
}

/** A cluster of our own in a temporary folder, on a free port, gone at the end. */
const startCluster = async (programs: string): Promise<{ url: string; stop(): void }> => {
  const who = account()
  const folder = mkdtempSync(join(tmpdir(), 'wmkt-postgres-'))
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid)
  const data = join(folder, 'data')
  const init = ['-D', data, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(join(programs, 'initdb'), init, { ...who, cwd: folder })
  const port = await freePort()
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F']
  const server = spawn(join(programs, 'postgres'), args, { ...who, cwd: folder, stdio: 'ignore' })
  const url = `postgres://test@127.0.0.1:${port}/postgres`
  const stop = (): void => {
    server.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  for (const end = Date.now() + 20_000; !(await isUp(url)); ) {
    if (Date.now() > end) throw new Error('PostgreSQL does not answer')
  }
  return { url, stop }
}

/** vitest global setup: a real PostgreSQL for the run, installed first when the machine has none and can. */
export default function setup(project: TestProject): () => Promise<void> {
  let stop = (): void => {}
  const provide = async (): Promise<Given<'postgres'>> => {
    const why = findPrograms() ? undefined : await aptInstall('postgresql')
    const programs = findPrograms()
    if (programs === undefined) {
      const missing = `no PostgreSQL in /usr/lib/postgresql, and it cannot be installed here (${why})`
      process.stdout.write(`the sandbox’s tests on a real PostgreSQL are skipped: ${missing}\n`)
      return { missing }
    }
    const cluster = await startCluster(programs)
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

import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { freePort } from './child.ts'
import { aptInstall } from './engines.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The PostgreSQL of this run: its URL, or why there is none. Not provided where tests run on the embedded one. */
    postgres?: { readonly url: string } | { readonly missing: string }
  }
}

const DEBIAN = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs; undefined when there is none. */
const findPrograms = (): string | undefined =>
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
  execFileSync(join(programs, 'initdb'), init, { ...who, cwd: folder, stdio: 'ignore' })
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
export default async function setup({ provide }: TestProject): Promise<(() => void) | undefined> {
  const programs = findPrograms() ?? (aptInstall('postgresql') ? findPrograms() : undefined)
  if (programs === undefined) {
    const missing = 'no PostgreSQL in /usr/lib/postgresql, and it cannot be installed here'
    process.stdout.write(`the sandbox’s tests on a real PostgreSQL are skipped: ${missing}\n`)
    provide('postgres', { missing })
    return undefined
  }
  const { url, stop } = await startCluster(programs)
  provide('postgres', { url })
  return stop
}

/** A fresh database on a server, by its URL. */
export const createDatabase = async (server: string): Promise<string> => {
  const name = `sandbox_${randomBytes(6).toString('hex')}`
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  await sql.unsafe(`create database ${name}`)
  await sql.end()
  return new URL(`/${name}`, server).href
}

import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { startSandbox } from '@wmkt/sandbox'
import { drizzle } from 'drizzle-orm/pglite'
import { describe, expect, test } from 'vitest'
import { listen } from '../../../packages/sandbox/src/server.ts'
import { bringUpToDate } from '../../../packages/sandbox/src/storage/migrated.ts'
import * as schema from '../../../packages/sandbox/src/storage/schema.ts'
import { QUICK_DATABASE, startChild } from '../../support/child.ts'
import { makeDataDir } from '../../support/sandbox-folder.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const BIN = at('../../../packages/sandbox/bin/wmkt-sandbox.js')
const LISTING = at('../../support/loaded-modules.mjs')

/** The packages from which the command has loaded something when it says that it is ready, and of how many files. */
const packagesAtReady = async (): Promise<ReadonlyMap<string, number>> => {
  const args = ['--data-dir', await makeDataDir(), '--port', '0', '--log-level', 'warn']
  const child = startChild([QUICK_DATABASE, '--import', LISTING, BIN, ...args])
  await child.saw(/^\{"api".*\}$/m)
  await child.end()
  const files = new Set(child.output().match(/(?<=^loaded (?:file:\/\/)?)\/.*$/gm))
  const names = [...files].map(
    (file) => /.*\/(?:node_modules|packages)\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'none',
  )
  return new Map([...new Set(names)].map((name) => [name, names.filter((other) => other === name).length]))
}

describe('a start', () => {
  test('loads what answers requests, and neither the contract’s schemas nor a driver nor the rules of phone numbers', async () => {
    const packages = await packagesAtReady()
    expect([...packages.keys()]).toEqual(
      expect.arrayContaining(['@electric-sql/pglite', 'drizzle-orm', 'express', 'jose', 'sandbox']),
    )
    for (const name of ['@sinclair/typebox', 'libphonenumber-js', 'postgres'])
      expect([...packages.keys()]).not.toContain(name)
    expect(packages.get('api')).toBe(1)
  })

  test('takes its port before it touches its folder', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const dataDir = join(tempFolder('taken'), 'data')
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(startSandbox({ port, dataDir })).rejects.toThrow('EADDRINUSE')
    await expect(stat(dataDir)).rejects.toThrow('ENOENT')
    other.close()
  })

  test('that fails gives its port back', async () => {
    const listening = await listen(0, '127.0.0.1')
    const { port } = new URL(listening.url)
    await listening.close()
    const dataDir = '/dev/null/data'
    await expect(startSandbox({ port: Number(port), dataDir })).rejects.toThrow('ENOTDIR')
    await (await listen(Number(port), '127.0.0.1')).close()
  })

  test('answers a request that came before it was ready', async () => {
    const listening = await listen(0, '127.0.0.1')
    const early = request(`${listening.url}/early`, { method: 'POST', headers: { Expect: '100-continue' } })
    early.flushHeaders()
    await once(early, 'continue')
    listening.serve(async (req, res) => {
      const sent = await req.setEncoding('utf8').toArray()
      res.end(`${req.url} ${sent.join('')}`)
    })
    const answered = once(early.end('body'), 'response')
    const [response] = await answered
    expect((await response.setEncoding('utf8').toArray()).join('')).toBe('/early body')
    await listening.close()
  })

  test('leaves to the migrator only a database that lacks the newest migration', async () => {
    const client = await PGlite.create(join(await makeDataDir(), 'db'))
    const db = drizzle({ client, schema })
    let runs = 0
    const migrate = async () => {
      runs += 1
    }
    await bringUpToDate(db, migrate)
    expect(runs).toBe(0)
    const { rows } = await db.execute('select max(created_at) as newest from drizzle.__drizzle_migrations')
    await db.execute(`delete from drizzle.__drizzle_migrations where created_at = ${rows[0]?.newest}`)
    await bringUpToDate(db, migrate)
    await db.execute('drop table drizzle.__drizzle_migrations')
    await bringUpToDate(db, migrate)
    expect(runs).toBe(2)
    await client.close()
  })
})

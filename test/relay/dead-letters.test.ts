import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createStaticToken } from '@wmkt/api/client'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { createAppServer } from '../../packages/relay/src/http/app-server.ts'
import { listen } from '../../packages/relay/src/http/listen.ts'
import { createRelay } from '../../packages/relay/src/relay.ts'
import { silentLog } from '../../packages/relay/src/telemetry/log.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { respond, startUpstream } from '../support/upstream-stub.ts'

const serve = async (app: express.Express): Promise<string> => {
  const listener = await listen(createAppServer(app), '127.0.0.1', 0)
  onTestFinished(() => listener.close(100))
  return listener.url
}

/** A relay on its own outbox file, before an upstream that refuses all until it is told better. */
const start = async () => {
  const got: string[] = []
  let refusing = true
  const apiUrl = await startUpstream((nonce, body) => {
    if (refusing) return respond(422, { detail: 'no' })
    got.push(body)
    return respond(200, JSON.stringify(`id-of-${nonce}`))
  })
  const dataDir = tempFolder('dead-letters')
  const relay = createRelay(
    { projectId: 'demo-shop', accessToken: 'a.b.c', apiUrl, dataDir, rateLimit: 0 },
    { log: silentLog, tokens: createStaticToken('a.b.c'), stopMs: 50 },
  )
  await relay.start()
  onTestFinished(() => relay.stop())
  const url = await serve(express().use(relay.router))
  const adminUrl = await serve(express().use(relay.admin))
  const accept = () => {
    refusing = false
  }
  return { url, adminUrl, got, accept, file: join(dataDir, 'outbox', 'outbox.mdb') }
}

test('a large batch refused item by item takes its size on disk once more, and each item can be shown and redriven', {
  timeout: 30_000,
}, async () => {
  const { url, adminUrl, got, accept, file } = await start()
  const items = Array.from({ length: 100 }, (_, n) => ({
    ...{ kind: 'event', nonce: `n${n}`, eventType: 'lead' },
    data: { text: `${n};`.repeat(3_000) },
  }))
  const body = JSON.stringify({ items })
  expect((await fetch(`${url}/collect`, { method: 'POST', body })).status).toBe(202)
  const ledger = async () => (await (await fetch(`${adminUrl}/api/status`)).json()).ledger
  await expect.poll(ledger, { timeout: 20_000 }).toMatchObject({ buried: 100, held: 0 })
  expect(statSync(file).size / body.length).toBeLessThan(4)

  const letter = `${adminUrl}/api/dead-letters/n73`
  expect((await (await fetch(`${letter}?reveal=1`)).json()).item).toMatchObject(items[73] ?? {})
  accept()
  expect((await fetch(`${letter}/redrive`, { method: 'POST', headers: { 'wmkt-admin': '1' } })).status).toBe(
    200,
  )
  await expect.poll(ledger).toMatchObject({ buried: 99, delivered: 1 })
  expect(got.map((sent) => JSON.parse(sent).data)).toEqual([items[73]?.data])
})

import { startSandbox } from '@wmkt/sandbox'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { recordPurchase, type Settings } from './shop.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
let settings: Settings
beforeAll(async () => {
  sandbox = await startSandbox({ dataDir: './.cache/sandbox', latencyMs: 0 })
  const { projectId, api, oauth, credentials } = sandbox
  settings = { projectId, apiUrl: api, oauthUrl: oauth, keyFile: credentials }
}, 60_000)
afterEach(() => sandbox.reset())
afterAll(() => sandbox.stop())

test('a purchase is sent with its amount', async () => {
  await recordPurchase(settings)
  const event = await sandbox.waitForEvent({ eventType: 'purchase' })
  expect(event.data).toMatchObject({ amount: { amount: 49.9, currency: 'EUR' } })
})

test('a purchase survives an API that is away for a moment', async () => {
  await sandbox.fault({ kind: 'status', on: 'createEvent', status: 503, times: 2 })
  await recordPurchase(settings)
  await sandbox.waitForEvent({ eventType: 'purchase' })
  expect(await sandbox.events({ eventType: 'purchase' })).toHaveLength(1)
})

import { expect, test } from 'vitest'
import { createAttempts } from '../../../packages/relay/src/forward/attempt.ts'
import type { Authorized } from '../../../packages/relay/src/forward/authorized.ts'
import { createRequests } from '../../../packages/relay/src/forward/request.ts'
import type { LeasedEntry } from '../../../packages/relay/src/outbox/outbox.ts'
import { encodeRecord } from '../../../packages/relay/src/record.ts'
import { openRecord } from '../../../packages/relay/src/record-reader.ts'
import { createBatchScanner } from '../../../packages/relay/src/scan/batch.ts'
import { anyType } from '../../../packages/relay/src/scan/plain-type.ts'
import { bodyText } from '../scan/bodies.ts'

const raw = Buffer.from(bodyText(['{"kind":"event","nonce":"n","eventType":"lead","data":{}}']))
const record = encodeRecord({ receivedAt: 1 }, raw, createBatchScanner()(raw, anyType)?.layouts)
const lane = 'event:lead'
const entry: LeasedEntry = {
  ...{ ref: { lane, seq: 1, index: 0 }, kind: 'event', nonce: 'n', lane, index: 0, record },
  ...{ attempts: 0, triedMs: 0, attempting: false },
}

/** What is asked of the upstream for the entry, and what was looked into before. */
const askedFor = async (isPlainSent: boolean, of: Partial<LeasedEntry> = {}, isCanary = false) => {
  const looked: string[] = []
  const asked: unknown[] = []
  const authorized: Authorized = {
    inHand: () => 't',
    token: async () => ({ kind: 'token', token: 't' }),
    call: () => Promise.reject(new Error('asked for nothing')),
    ask(request, _, then) {
      asked.push(typeof request.body)
      then({ kind: 'answer', status: 201, body: '"id"', latencyMs: 1 })
    },
  }
  const attempt = createAttempts({
    ...{ authorized, requests: createRequests('demo-shop'), now: Date.now },
    ...{ mark: async () => true, retryInDoubt: true, isSentAsIs: () => isPlainSent },
    open: (bytes) => ({ ...openRecord(bytes), isReadable: () => true }),
    outgoing(item) {
      looked.push(item.nonce)
      return { item }
    },
  })
  await new Promise((resolve) => attempt({ ...entry, ...of }, isCanary, resolve))
  return { looked, asked }
}

test('an event is sent as it lies there where nothing would be found, and looked into where something might be', async () => {
  expect(await askedFor(true)).toEqual({ looked: [], asked: ['object'] })
  expect(await askedFor(false)).toEqual({ looked: ['n'], asked: ['string'] })
})

test('a canary, and what was under way before, are always looked into', async () => {
  expect(await askedFor(true, {}, true)).toEqual({ looked: ['n'], asked: ['string'] })
  expect(await askedFor(true, { attempting: true })).toEqual({ looked: ['n'], asked: ['string'] })
})

import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium, makeProfile } from '../support/browser.ts'
import { killBrowser } from '../support/browser-kill.ts'
import {
  type RelayChild,
  type SandboxChild,
  startRelayChild,
  startSandboxChild,
  startSite,
} from '../support/chain.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Whole journeys: a real page in a real browser, the relay and the sandbox in processes of their own. */
let sandbox: SandboxChild
let relay: RelayChild
let site: Awaited<ReturnType<typeof startSite>>

beforeAll(async () => {
  sandbox = await startSandboxChild()
  relay = await startRelayChild(sandbox, tempFolder('relay'))
  site = await startSite(relay.url)
})
afterAll(async () => {
  await site?.stop()
  await relay?.end()
  await sandbox?.child.end()
})
beforeEach(() => sandbox.mend())

const visit = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(site.url)
  // The stub is the page's own text; the tag takes its place.
  await page.waitForFunction(() => !String(Reflect.get(window, 'wmkt')).includes('arguments'))
  return page
}

/** Records on the page and waits until the item is in the page's outbox. */
const record = (page: Page, nonce: string): Promise<string | null> =>
  page.evaluate(
    (name) => Reflect.get(window, 'wmkt')('event', 'newsletter', { email: 'a@b.test' }, { nonce: name }),
    nonce,
  )

const arrived = (...nonces: string[]) =>
  expect
    .poll(
      async () => {
        const events = (await sandbox.events()).filter(({ nonce }) => nonces.includes(nonce))
        return events.map(({ nonce, status }) => `${nonce} ${status}`).sort()
      },
      { timeout: 20_000, interval: 100 },
    )
    .toEqual(nonces.map((nonce) => `${nonce} computed`).sort())

describe('an event', () => {
  test('recorded offline, the page closed, is delivered once when the site is visited online', async () => {
    const context = await launchChromium()
    const page = await visit(context)
    await context.setOffline(true)
    expect(await record(page, 'offline-1')).toBe('offline-1')
    await page.close()
    await context.setOffline(false)
    expect(await sandbox.events('?nonce=offline-1')).toEqual([])
    await visit(context)
    await arrived('offline-1')
    await context.close()
  })

  test('awaited before the browser is killed is delivered once after the restart', async () => {
    const profile = makeProfile()
    const before = await launchChromium({ profile })
    const page = await visit(before)
    await relay.end()
    await record(page, 'killed-1')
    await killBrowser(profile)
    await relay.restart()
    const after = await launchChromium({ profile })
    await visit(after)
    await arrived('killed-1')
    await after.close()
  })
})

describe('the relay', () => {
  test('stopped and started while tags deliver, brings each event to the sandbox once', async () => {
    const context = await launchChromium()
    const page = await visit(context)
    const nonces = Array.from({ length: 60 }, (_, i) => `restart-${i}`)
    const recording = nonces.map((nonce) => record(page, nonce))
    await Promise.all(recording.slice(0, 20))
    await relay.end()
    await Promise.all(recording)
    await relay.restart()
    await page.evaluate(() => Reflect.get(window, 'wmkt')('flush'))
    await arrived(...nonces)
    await context.close()
  })

  test('killed right after a 202 loses nothing and doubles nothing', async () => {
    await sandbox.fault({ kind: 'delay', on: 'createEvent', delayMs: 300 })
    const nonces = Array.from({ length: 50 }, (_, i) => `kill-${i}`)
    const items = nonces.map((nonce) => ({
      kind: 'event',
      nonce,
      eventType: 'newsletter',
      data: { email: 'k@b.test' },
    }))
    expect((await relay.collect(items)).accepted).toBe(50)
    await relay.end('SIGKILL')
    await sandbox.mend()
    await relay.restart()
    await arrived(...nonces)
    const { ledger } = await relay.status()
    expect(ledger.received).toBe(
      (ledger.held ?? 0) + (ledger.buried ?? 0) + (ledger.delivered ?? 0) + (ledger.dropped ?? 0),
    )
  })

  test('killed during an attempt at an interaction keeps it as IN_DOUBT and does not double it', async () => {
    const before = (await sandbox.interactions()).length
    await sandbox.fault({ kind: 'delay', on: 'createOfflineInteraction', delayMs: 3_000 })
    const interaction = {
      kind: 'interaction',
      nonce: 'visit-1',
      userData: { email: 'v@b.test' },
      nodeData: { wmktId: 'demo-store', cid: 'spring' },
    }
    await relay.collect([interaction])
    // The request has reached the upstream, which takes its time over it.
    await expect.poll(sandbox.struck).toBe(1)
    await relay.end('SIGKILL')
    await sandbox.mend()
    await relay.restart()
    await expect
      .poll(() => relay.deadLetters().then((page) => JSON.stringify(page)))
      .toMatch(/visit-1.*IN_DOUBT/)
    expect((await sandbox.interactions()).length - before).toBeLessThanOrEqual(1)
    expect((await relay.collect([interaction])).duplicates).toBe(1)
  })
})

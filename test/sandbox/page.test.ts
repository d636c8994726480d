import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchChromium } from '../support/browser.ts'
import { makeNonce, useBox } from '../support/sandbox.ts'

const box = useBox()
let browser: BrowserContext
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
})

afterAll(() => browser?.close())

// Each open page holds one of the six connections a browser grants a host.
afterEach(() => page.close())

beforeEach(async () => {
  await box.sandbox.reset()
  page = await browser.newPage()
  await page.goto(box.sandbox.url)
  await page.getByText('live', { exact: true }).waitFor()
})

const post = (eventType: string, data: object) =>
  box.post('/events', { projectId: 'demo-shop', eventType, nonce: makeNonce(), data })

const view = (name: string) => page.getByRole('button', { name: new RegExp(`^${name} `) }).click()

describe('the page', () => {
  test('shows an event by itself when it arrives', async () => {
    await page.getByText('Nothing here yet').waitFor()
    await post('cta', { place: 'hero' })
    await page.getByRole('cell', { name: 'cta' }).waitFor()
    await page.getByRole('cell', { name: 'computed' }).waitFor()
    await page.getByRole('button', { name: 'Events 1' }).waitFor()
  })

  test('shows the trash with its reasons', async () => {
    await post('contact-form', { phone: 'nothing' })
    await view('Trash')
    await page.getByText('email is mandatory').waitFor()
    await page.getByText('phone must be a valid phone number').waitFor()
  })

  test('shows interactions and users', async () => {
    const userData = { email: 'walk-in@shop.test' }
    await box.post('~/interactions/offline', { userData, nodeData: { wmktId: 'demo-store', cid: 'spring' } })
    await view('Interactions')
    await page.getByRole('cell', { name: 'demo-store', exact: true }).waitFor()
    await view('Users')
    await page.getByText('email: walk-in@shop.test').waitFor()
  })

  test('filters by event type and by text', async () => {
    await post('cta', { place: 'hero' })
    await post('page-view', { url: '/cart' })
    await page.getByRole('cell', { name: 'cta' }).waitFor()
    await page.getByLabel('Event type').selectOption('page-view')
    await page.getByRole('cell', { name: 'cta' }).waitFor({ state: 'detached' })
    await page.getByLabel('Event type').selectOption('')
    await page.getByLabel('Find').fill('HERO')
    await page.getByRole('cell', { name: 'cta' }).waitFor()
    expect(await page.getByRole('cell', { name: 'page-view' }).count()).toBe(0)
  })

  test('runs nothing an event brings along', async () => {
    const attack = '<img src=x onerror="document.title=`stolen`"><script>document.title="stolen"</script>'
    await post('cta', { place: attack })
    await post(attack, {})
    await page.getByRole('cell', { name: attack }).first().waitFor()
    expect(await page.title()).toBe('Webmarketer sandbox')
    expect(await page.locator('tbody img, tbody script').count()).toBe(0)
  })

  test('asks no other host for anything', async () => {
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).host))
    await page.reload()
    await page.getByText('live', { exact: true }).waitFor()
    expect([...hosts]).toEqual([new URL(box.sandbox.url).host])
  })

  test('is dark where the reader wants it dark', async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await page.emulateMedia({ colorScheme: 'light' })
    const light = await ground()
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await ground()).not.toBe(light)
  })
})

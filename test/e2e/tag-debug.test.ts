import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { documentOf } from '@wmkt/protocol/schema'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { schemaOf } from '../../packages/relay/src/schema/parse-schema.ts'
import { eventType, field } from '../support/schema-facts.ts'
import { builtFile, STUB } from '../support/site.ts'
import { ROOT } from '../support/sources.ts'
import { POLL, useTagSite, wmkt } from '../support/tag-site.ts'

const SCREENSHOTS = join(ROOT, '.cache/screenshots')
const LEAD = eventType('lead', [
  field('email', 'email', { optional: false, isPii: true }),
  field('budget', 'number'),
  field('message', 'string'),
])
const FACTS = { eventTypes: [LEAD, eventType('view', [])], project: { phoneParsingConfig: ['FR'] } }
const SCHEMA = JSON.stringify(documentOf(schemaOf(FACTS), new Set(['number'])))

/** Only what carries the nonce or is the snippet may run; no style but constructed ones; no string becomes markup. */
const snippetHash = createHash('sha256')
  .update(STUB.replace(/<\/?script>/g, ''))
  .digest('base64')
const POLICY = `default-src 'none'; script-src 'nonce-n' 'sha256-${snippetHash}'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'`
const WATCH_POLICY =
  'addEventListener("securitypolicyviolation", (e) => { (window.broken ??= []).push(e.violatedDirective) });'
const EARLY =
  'window.wmkt = function () { (wmkt.q = wmkt.q || []).push(arguments) }; wmkt("event", "lead", { email: "nobody", budget: "12,50", emial: "x" }, { nonce: "early" });'

const site = useTagSite()

type Opened = { page: Page; lines: string[] }

const open = async (
  attributes = 'data-project="demo-shop" data-debug nonce="n"',
  files = true,
): Promise<Opened> => {
  if (files) site.collector.serve('/wmkt/debug.js', builtFile('debug.js'), 'text/javascript')
  if (files) site.collector.serve('/wmkt/schema', SCHEMA, 'application/json')
  const lines: string[] = []
  site.browser.once('page', (page) =>
    page.on('console', (line) => line.text().startsWith('wmkt') && lines.push(line.text())),
  )
  const page = await site.open({
    attributes,
    body: '<form data-wmkt-event="lead"><input name="email" value="ada@example.org"><button>Send</button></form>',
    headers: { 'Content-Security-Policy': POLICY },
    init: WATCH_POLICY + EARLY,
  })
  return { page, lines }
}

const overlayText = (page: Page): Promise<string> =>
  page.locator('wmkt-debug section').textContent().then(String)

describe('data-debug', () => {
  test('prints at the call what is wrong with its fields, and lists items, endings and problems, under a strict policy', async () => {
    const { page, lines } = await open()
    await expect.poll(() => overlayText(page), POLL).toContain('delivered')
    expect(lines.filter((line) => line.startsWith('wmkt problem'))).toEqual([
      'wmkt problem lead email FIELD_NOT_EMAIL The field takes an e-mail address.',
      expect.stringContaining('wmkt problem lead emial FIELD_UNASKED '),
    ])
    await wmkt(page, 'event', 'laed', {}, { nonce: 'typo' })
    expect(lines.at(-1)).toContain('wmkt problem laed eventType EVENT_TYPE_UNKNOWN')
    await page.evaluate(() => {
      addEventListener('submit', (submitting) => submitting.preventDefault())
      document.forms[0]?.requestSubmit()
    })
    await expect.poll(() => site.collector.stored.size, POLL).toBe(3)
    await expect.poll(() => page.locator('wmkt-debug .delivered').count(), POLL).toBe(3)
    const text = await overlayText(page)
    expect(text).toContain('3 items, 3 problems')
    expect(lines.filter((line) => line.startsWith('wmkt ending'))).toHaveLength(3)
    expect(lines.join()).not.toContain('undefined')
    expect(text).toContain('early')
    expect(text).toContain('email: The field takes an e-mail address. (FIELD_NOT_EMAIL)')
    expect(await page.evaluate(() => Reflect.get(window, 'broken'))).toBeUndefined()
  })

  test('shows values of fields that are not personal by the schema, and no others', async () => {
    const { page } = await open()
    const values = page.locator('wmkt-debug dl')
    await expect.poll(() => values.textContent(), POLL).toContain('"12,50"')
    expect(await values.textContent()).toBe('email•••budget"12,50"emial•••')
  })

  test('is worked by keyboard, and looks as it should in light, dark and on a phone', async () => {
    const { page } = await open()
    await expect.poll(() => overlayText(page), POLL).toContain('delivered')
    mkdirSync(SCREENSHOTS, { recursive: true })
    await page.locator('wmkt-debug summary').first().click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(SCREENSHOTS, `debug-${colorScheme}.png`) })
    }
    await page.setViewportSize({ width: 360, height: 640 })
    await page.screenshot({ path: join(SCREENSHOTS, 'debug-phone.png') })
    const box = await page.locator('wmkt-debug section').boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360)
    await page.getByRole('button', { name: 'Fold' }).focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('wmkt-debug ol').isVisible()).toBe(false)
    await page.keyboard.press('Escape')
    expect(await page.locator('wmkt-debug').count()).toBe(0)
    await wmkt(page, 'event', 'view', {}, { nonce: 'unseen' })
    await expect.poll(() => site.collector.stored.has('unseen'), POLL).toBe(true)
  })

  test('delivers all the same where debug.js cannot be loaded', async () => {
    const { page } = await open(undefined, false)
    await expect.poll(() => site.collector.stored.has('early'), POLL).toBe(true)
    expect(await page.locator('wmkt-debug').count()).toBe(0)
  })

  test('without it nothing is loaded, asked, printed or shown', async () => {
    const { page, lines } = await open('data-project="demo-shop" nonce="n"')
    await expect.poll(() => site.collector.stored.has('early'), POLL).toBe(true)
    const asked = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
    expect(asked.filter((name) => /debug|schema/.test(name))).toEqual([])
    expect([lines, await page.locator('wmkt-debug').count()]).toEqual([[], 0])
  })
})

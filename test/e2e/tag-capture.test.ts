import { createHash } from 'node:crypto'
import type { EventItem } from '@wmkt/protocol'
import { describe, expect, test } from 'vitest'
import { builtFile, STUB } from '../support/site.ts'
import { endings, listen, POLL, rowsHeld, untilLive, useTagSite, wmkt } from '../support/tag-site.ts'

const site = useTagSite()
const head = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'
const eventsOf = (): EventItem[] =>
  [...site.collector.stored.values()].filter((item) => item.kind === 'event')
const only = async (): Promise<EventItem> => {
  await expect.poll(() => eventsOf().length, POLL).toBe(1)
  const [event] = eventsOf()
  if (!event) throw new Error('no event')
  return event
}

describe('marked elements', () => {
  test('a marked form is recorded on submit, each field in the form the API knows', async () => {
    const page = await site.open({
      head,
      body: `<form data-wmkt-event="contact-form" onsubmit="return false">
        <input name="email" value="a@b.c"><input name="secret" type="password" value="x">
        <input name="csrf" type="hidden" value="x"><input name="empty" value=""><input value="nameless">
        <input name="age" type="number" value="42"><input name="news" type="checkbox" checked>
        <input name="gone" value="x" disabled><input name="unmarked" data-wmkt-field="" value="x">
        <input name="plan" type="radio" value="a"><input name="plan" type="radio" value="b" checked>
        <input name="budget" data-wmkt-field="amount" data-wmkt-type="currency" data-wmkt-currency="EUR" value="12,50">
        <input name="zipcode" data-wmkt-field="place" data-wmkt-type="location" value="75001">
        <select name="country" data-wmkt-field="place" data-wmkt-type="location"><option>FR</option></select>
        <input name="tel" data-wmkt-type="phone" value="+33 6 12-34 56 78"><input name="born" type="date" value="2001-02-03">
        <textarea name="text">hello</textarea><button name="send" value="1">Send</button></form>`,
    })
    await page.click('button')
    expect(await only()).toMatchObject({
      eventType: 'contact-form',
      trackerId: 'ru1cc7QHeklGu2',
      data: {
        email: 'a@b.c',
        age: 42,
        news: true,
        plan: 'b',
        amount: { amount: 12.5, currency: 'EUR' },
        place: { zipcode: '75001', country: 'FR' },
        tel: '+33612345678',
        born: '2001-02-03T00:00:00.000Z',
        text: 'hello',
      },
    })
    expect(Object.keys((await only()).data)).toHaveLength(9)
  })

  test('a marked button is recorded on click with its data; what is not marked is not', async () => {
    const page = await site.open({
      head,
      body: `<button id="plain">no</button><form onsubmit="return false"><input name="q" value="x"><button id="s">s</button></form>
        <button data-wmkt-event="cta" data-wmkt-data='{"place":"hero"}'><b id="in">yes</b></button>`,
    })
    for (const id of ['plain', 's', 'in']) await page.click(`#${id}`)
    expect(await only()).toMatchObject({ eventType: 'cta', data: { place: 'hero' } })
  })

  test('ill-formed data-wmkt-data ends as rejected, and the page hears no exception', async () => {
    const page = await site.open({
      head,
      body: '<button data-wmkt-event="cta" data-wmkt-data="{oops">x</button>',
    })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await listen(page)
    await page.click('button')
    await expect.poll(() => endings(page), POLL).toHaveLength(1)
    expect(await endings(page)).toMatchObject([{ ending: 'rejected', code: 'ITEM_INVALID' }])
    expect(errors).toEqual([])
  })

  test('the landing parameters are kept for the visit, and offered to the events that name them', async () => {
    const attributes = 'data-project="demo-shop" data-campaign'
    const page = await site.open({
      head,
      attributes,
      body: '<button data-wmkt-event="cta" data-wmkt-campaign="wmktid cid utm_term">x</button>',
    })
    await page.goto(`${site.collector.url}/?x-cid=no&WMKTID=w7&cid=spring%20sale&utm_source=news&email=a@b.c`)
    await page.waitForFunction('sessionStorage.length')
    await page.goto(site.collector.url)
    await untilLive(page)
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('a@b.c')
    await page.click('button')
    expect((await only()).data).toEqual({ wmktid: 'w7', cid: 'spring sale' })
  })
})

describe('page views', () => {
  test('load, push, replace, pop and the way back are a view each; the same address again is none', async () => {
    const page = await site.open({ head, attributes: 'data-project="demo-shop" data-views="page-view"' })
    await page.evaluate(() => {
      history.pushState({}, '', '/a')
      history.replaceState({}, '', '/a')
      history.replaceState({}, '', '/b')
      history.pushState({}, '', '/c#part')
      history.back()
    })
    await expect.poll(() => eventsOf().length, POLL).toBe(5)
    const paths = eventsOf().map(({ eventType, data }) => `${eventType} ${data.path}`)
    expect(paths.sort()).toEqual(['/', '/a', '/b', '/b', '/c'].map((path) => `page-view ${path}`))
  })
})

describe('the page around', () => {
  test('a strict policy with the snippet hash, integrity and Trusted Types is kept: nothing is reported', async () => {
    const digest = (algorithm: string, text: string | Buffer) =>
      createHash(algorithm).update(text).digest('base64')
    const snippet = /<script>(.*)<\/script>/.exec(STUB)?.[1] ?? ''
    const integrity = `sha384-${digest('sha384', builtFile('tag.js'))}`
    const policy = `default-src 'none'; script-src 'sha256-${digest('sha256', snippet)}' '${integrity}'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'`
    const page = await site.open({
      attributes: `data-project="demo-shop" integrity="${integrity}"`,
      headers: { 'Content-Security-Policy': policy },
      init: 'addEventListener("securitypolicyviolation", (e) => { (window.broken ??= []).push(e.violatedDirective) })',
    })
    await wmkt(page, 'event', 'view', {}, { nonce: 'strict' })
    await expect.poll(() => site.collector.stored.has('strict'), POLL).toBe(true)
    expect(await page.evaluate(() => Reflect.get(window, 'broken'))).toBeUndefined()
  })

  test('data-debug prints each item: stored, then its ending', async () => {
    site.collector.serve('/wmkt/debug.js', builtFile('debug.js'), 'text/javascript')
    const page = await site.open({ head, attributes: 'data-project="demo-shop" data-debug' })
    const lines: string[] = []
    // The browser has lines of its own, such as of an icon that the page has not.
    page.on('console', (line) => line.text().startsWith('wmkt') && lines.push(line.text()))
    await wmkt(page, 'event', 'view')
    await expect
      .poll(() => lines.map((line) => line.slice(0, 12)), POLL)
      .toEqual(['wmkt stored ', 'wmkt ending '])
  })

  test('a second copy of the script does nothing', async () => {
    const again = '<script src="/wmkt/tag.js" data-project="demo-shop"></script>'
    const page = await site.open({ head, body: `${again}${again}<button data-wmkt-event="cta">x</button>` })
    await page.waitForLoadState()
    await page.click('button')
    await only()
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    expect(site.collector.wire()).toHaveLength(1)
  })

  test('init by code works where attributes are stripped; calls before it wait for it', async () => {
    const body = `<script>wmkt('event', 'early'); wmkt('init', { project: 'coded' }); wmkt('event', 'late')</script>`
    await site.open({ head, attributes: '', body })
    await expect.poll(() => eventsOf().length, POLL).toBe(2)
    expect(site.collector.arrivals[0]?.batch.projectId).toBe('coded')
  })
})

describe('the tracker ID', () => {
  const idOf = async (): Promise<string | undefined> => (await only()).trackerId

  test('a cookie that comes within 2 s of the first item is taken', async () => {
    const late = '<script>setTimeout(() => { document.cookie = "ndrstnd=late-id" }, 600)</script>'
    await site.open({ head: late, body: '<script>wmkt("event", "view")</script>' })
    expect(await idOf()).toBe('late-id')
  })

  test('a cookie that never comes costs at most 2 s', async () => {
    const openedAt = Date.now()
    await site.open({ body: '<script>wmkt("event", "view")</script>' })
    expect(await idOf()).toBeUndefined()
    expect(Date.now() - openedAt).toBeGreaterThan(1_900)
  })

  test('a cookie that comes after the window is not for the events of before', async () => {
    site.collector.fault = { status: 503 }
    const page = await site.open({ body: '<script>wmkt("event", "view", {}, { nonce: "before" })</script>' })
    await expect.poll(() => site.collector.arrivals.length, POLL).toBe(1)
    await page.evaluate(() => Reflect.set(document, 'cookie', 'ndrstnd=too-late'))
    site.collector.fault = 'none'
    await wmkt(page, 'event', 'view', {}, { nonce: 'after' })
    await expect.poll(() => site.collector.stored.size, POLL).toBe(2)
    const ids = eventsOf().map(({ nonce, trackerId }) => `${nonce} ${trackerId}`)
    expect(ids.sort()).toEqual(['after too-late', 'before undefined'])
  })

  test('hide ends the wait at once', async () => {
    const page = await site.open()
    await page.evaluate(() => {
      Reflect.get(window, 'wmkt')('event', 'view')
      location.href = 'about:blank'
    })
    await page.waitForURL('about:blank')
    const { trackerId, occurredAt } = await only()
    expect(trackerId).toBeUndefined()
    expect(Number(site.collector.arrivals[0]?.batch.sentAt) - Number(occurredAt)).toBeLessThan(1_500)
  })

  test('a name with a pattern finds the ID inside the value; an ID set by hand wins', async () => {
    const page = await site.open({
      head: '<script>document.cookie = "my.id=v1|abc-123|x"</script>',
      attributes: `data-project="demo-shop" data-cookie="my.id" data-cookie-pattern="^v1\\|([^|]+)"`,
    })
    await wmkt(page, 'event', 'view', {}, { nonce: 'one' })
    await wmkt(page, 'event', 'view', {}, { nonce: 'two', trackerId: 'given' })
    await wmkt(page, 'tracker', 'by-hand')
    await wmkt(page, 'event', 'view', {}, { nonce: 'three' })
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
    const ids = eventsOf().map(({ nonce, trackerId }) => `${nonce} ${trackerId}`)
    expect(ids.sort()).toEqual(['one abc-123', 'three by-hand', 'two given'])
  })
})

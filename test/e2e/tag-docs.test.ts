import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tag } from '@wmkt/tag'
import { expect, test } from 'vitest'
import { builtFile, STUB } from '../support/site.ts'
import { ROOT } from '../support/sources.ts'
import { breathe, POLL, untilLive, useTagSite, wmkt } from '../support/tag-site.ts'

/** The recipes of docs/tag.md, pasted as they stand into a page whose address is not the documented one. */
const DOCS = readFileSync(join(ROOT, 'docs/tag.md'), 'utf8')
const site = useTagSite()

/** The compiler holds that these are all. */
const CALLS: Record<keyof Tag, true> = {
  event: true,
  interaction: true,
  consent: true,
  tracker: true,
  flush: true,
  on: true,
}

/** The code blocks below a heading, for the relay of this test. */
const recipe = (heading: string, language: string): string => {
  const section = DOCS.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const blocks = [...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)].filter((match) => match[1] === language)
  if (blocks.length === 0) throw new Error(`docs/tag.md has no ${language} block below ${heading}`)
  return blocks
    .map((match) => match[2])
    .join('\n')
    .replaceAll('https://www.shop.test', site.collector.url)
}

const open = async (body: string) => {
  site.collector.serve('/wmkt/tag.js', builtFile('tag.js'), 'text/javascript')
  site.collector.serve('/wmkt/tag.mjs', builtFile('tag.mjs'), 'text/javascript')
  site.collector.serve('/', `<!doctype html><title>shop</title><body>${body}`)
  const page = await site.browser.newPage()
  await page.goto(`${site.collector.url}/?cid=spring`)
  return page
}
/** A page that imports as a bundler would let it. */
const openModule = (code: string) => {
  const map = '<script type="importmap">{"imports":{"@wmkt/tag":"/wmkt/tag.mjs"}}</script>'
  return open(`${map}<script type="module">${code}</script>`)
}
const stored = () => [...site.collector.stored.values()]
const COOKIE = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'

test('plain site: both items of the recipe arrive, the order under its own number', async () => {
  const page = await open(
    `${COOKIE}${recipe('Plain site', 'html')}<script>${recipe('Plain site', 'js')}</script>`,
  )
  await untilLive(page)
  await expect.poll(() => stored().length, POLL).toBe(2)
  expect(site.collector.stored.get('order-1042')).toMatchObject({
    kind: 'event',
    trackerId: 'ru1cc7QHeklGu2',
  })
  expect(stored()).toContainEqual(
    expect.objectContaining({ nodeData: { wmktId: 'demo-store', cid: 'spring' } }),
  )
})

test('marked forms and buttons: what is written there is what is recorded', async () => {
  const form = recipe('Marked forms and buttons', 'html').replace('<form ', '<form onsubmit="return false" ')
  const submit = form.replace('</form>', '<button id="send">Send</button></form>')
  const tag = '<script src="/wmkt/tag.js" data-project="demo-shop" data-campaign></script>'
  const page = await open(`${COOKIE}${STUB}${tag}${submit}`)
  const values = {
    email: 'a@b.test',
    tel: '+33 6',
    budget: '12,5',
    zipcode: '75001',
    country: 'FR',
    note: 'x',
  }
  for (const [name, value] of Object.entries(values)) await page.fill(`[name=${name}]`, value)
  await page.click('#send')
  await page.click('text=Try it')
  await expect.poll(() => stored().length, POLL).toBe(2)
  const data = new Map(
    stored().map((item) => (item.kind === 'event' ? [item.eventType, item.data] : ['', {}])),
  )
  expect(data.get('cta')).toEqual({ place: 'hero', cid: 'spring' })
  expect(data.get('contact-form')).toEqual({
    email: 'a@b.test',
    phone: '+336',
    budget: { amount: 12.5, currency: 'EUR' },
    place: { zipcode: '75001', country: 'FR' },
  })
})

test('by import: the nonce comes back once the item is in the outbox', async () => {
  const page = await openModule(`${COOKIE.replace(/<\/?script>/g, '')}
    ${recipe('By import', 'js')}
    window.nonce = nonce`)
  await expect.poll(() => stored().length, POLL).toBe(1)
  expect([...site.collector.stored.keys()]).toEqual([await page.evaluate(() => Reflect.get(window, 'nonce'))])
})

test('single-page application: views wait for consent, and so does the campaign', async () => {
  const page = await openModule(`${recipe('Single-page applications', 'js')}\nwindow.tag = tag`)
  await breathe(page)
  expect(
    await page.evaluate(async () => [sessionStorage.length, (await indexedDB.databases()).length]),
  ).toEqual([0, 0])
  await page.evaluate(() => {
    Reflect.get(window, 'tag').consent('granted')
    history.pushState({}, '', '/basket')
  })
  await expect.poll(() => stored().length, POLL).toBe(2)
  const paths = stored().map((item) => item.kind === 'event' && `${item.eventType} ${item.data.path}`)
  expect(paths.sort()).toEqual(['page-view /', 'page-view /basket'])
  expect(await page.evaluate(() => sessionStorage.getItem('wmkt'))).toBe('{"cid":"spring"}')
})

test('onConsent hears each decision, and nothing while consent is only required', async () => {
  const page = await openModule(`import { createTag } from '@wmkt/tag'
    const heard = window.heard = []
    window.tag = createTag({ endpoint: '/wmkt/collect', consent: 'required' }, (granted) => heard.push(granted))`)
  await expect.poll(() => page.evaluate(() => Reflect.has(window, 'tag')), POLL).toBe(true)
  expect(await page.evaluate(() => Reflect.get(window, 'heard'))).toEqual([])
  await page.evaluate(() => Reflect.get(window, 'tag').consent('granted'))
  await page.evaluate(() => Reflect.get(window, 'tag').consent('denied'))
  expect(await page.evaluate(() => Reflect.get(window, 'heard'))).toEqual([true, false])
})

test('tag managers: the pasted HTML starts the tag, which waits for consent', async () => {
  const page = await open(`${COOKIE}${recipe('Tag managers', 'html')}`)
  await untilLive(page)
  await wmkt(page, 'event', 'view', {}, { nonce: 'managed' })
  await breathe(page)
  expect(site.collector.arrivals).toEqual([])
  await wmkt(page, 'consent', 'granted')
  await expect.poll(() => site.collector.stored.has('managed'), POLL).toBe(true)
  expect(site.collector.arrivals[0]?.batch.projectId).toBe('demo-shop')
})

test.each([
  ['CookiebotOnAccept', true, 1],
  ['CookiebotOnAccept', false, 0],
  ['CookiebotOnDecline', true, 0],
])('consent: after %s with marketing %s the tag delivers %i', async (name, marketing, delivered) => {
  const page = await open(`${COOKIE}${recipe('Consent', 'html')}`)
  await untilLive(page)
  await wmkt(page, 'event', 'view')
  await page.evaluate(
    (given) => {
      Reflect.set(window, 'Cookiebot', { consent: { marketing: given.marketing } })
      dispatchEvent(new Event(given.name))
    },
    { name, marketing },
  )
  expect((await wmkt(page, 'event', 'view')) === null).toBe(delivered === 0)
  await expect.poll(() => stored().length, POLL).toBe(delivered * 2)
})

test('the recipe for a worker is what the example does', () => {
  const line = recipe('Progressive web application', 'js')
    .split('\n')
    .find((text) => text.includes('importScripts'))
  expect(readFileSync(join(ROOT, 'examples/pwa/worker.js'), 'utf8')).toContain(
    `${line?.replace('/wmkt/', '')}\n`,
  )
})

test('every option, every call of a tag and every name to import is documented', () => {
  const source = (name: string) => readFileSync(join(ROOT, 'packages/tag/src', name), 'utf8')
  const options = [...source('options.ts').matchAll(/^ {2}(\w+)\??:/gm)].map((match) => match[1])
  const imports = [...source('index.ts').matchAll(/\{ (.*) \}/g)].flatMap((match) =>
    `${match[1]}`.replace('type ', '').split(', '),
  )
  expect(options).toContain('occurredAt')
  expect(imports).toContain('createTag')
  for (const name of [...options, ...imports, ...Object.keys(CALLS)])
    expect(DOCS, `${name}`).toMatch(new RegExp(`\`(?:wmkt\\('|tag\\.)?${name}\\b`))
})

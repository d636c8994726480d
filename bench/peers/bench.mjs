import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { makeFolder } from '../child.mjs'
import { median } from '../median.mjs'
import { longestTask, measure } from './measure.mjs'
import { openSite } from './site.mjs'
import { areInstalled, TAGS } from './tags.mjs'

const ROUNDS = 5
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const install = () =>
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
  })

/** A profile on disk, so that storage is what visitors have; some tags stay silent where automation shows. */
const launch = () => {
  const executablePath = process.env.CHROME_PATH ?? BROWSERS.find((path) => existsSync(path))
  return chromium.launchPersistentContext(makeFolder('peers'), {
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-gpu', '--disable-blink-features=AutomationControlled'],
    userAgent:
      'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  })
}

/** A site of its own for some work in the browser. */
const withSite = async (browser, tag, code, isUp, work) => {
  // Cookies know no ports: those of the tag before would still be there.
  await browser.clearCookies()
  const site = await openSite(tag, code, isUp)
  const found = await work(site)
  await site.close()
  return found
}

const measureOnce = (browser, tag, code, held) =>
  withSite(browser, tag, code, !held, async (site) => {
    const figures = await measure(browser, site, { held, posts: code !== '', ...tag })
    if (site.posts() === 0 && code !== '') throw new Error(`${tag.name} posted nothing: it is not at work`)
    return figures
  })

const longestOf = async (browser, tag, code) => {
  const look = (isUp) => withSite(browser, tag, code, isUp, (site) => longestTask(browser, site))
  return Math.max(await look(true), await look(false))
}

const measureAll = async (browser) => {
  const results = []
  for (const tag of TAGS) results.push({ tag, code: await tag.code(), flowing: [], held: [] })
  for (let round = 0; round < ROUNDS; round++)
    for (const { tag, code, flowing, held } of results) {
      flowing.push(await measureOnce(browser, tag, code, false))
      held.push(await measureOnce(browser, tag, code, true))
    }
  for (const result of results) result.longestMs = await longestOf(browser, result.tag, result.code)
  return results
}

const summaryOf = (figures) => ({
  us: median(figures.map(({ us }) => us)),
  mainMs: median(figures.map(({ mainMs }) => mainMs)),
})

const peersTable = (rows) => {
  const head = [
    'tag',
    'bytes (brotli)',
    'a call, µs',
    'with 1,000 held',
    'in all, ms',
    'with 1,000 held',
    'longest task, ms',
  ]
  const cells = rows.map(({ name, bytes, flowing, held, longestMs }) => [
    ...[name, bytes === 0 ? '–' : String(bytes), String(Math.round(flowing.us)), String(Math.round(held.us))],
    ...[flowing.mainMs.toFixed(2), held.mainMs.toFixed(2)],
    longestMs.toFixed(1),
  ])
  return [head, head.map(() => '---'), ...cells].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

const goalsOf = (rows) => {
  const { ours, openpanel, plausible, umami } = Object.fromEntries(rows.map((row) => [row.name, row]))
  const call = { figure: 'a call', value: ours.flowing.us, unit: 'µs' }
  const against = (peer, most) => ({
    ...call,
    against: peer.name,
    ratio: ours.flowing.us / peer.flowing.us,
    most,
  })
  const held = { ...call, figure: 'a call, 1,000 held', value: ours.held.us, against: 'none held' }
  return [
    against(openpanel, 3),
    against(plausible, 1),
    ...(umami ? [against(umami, 1)] : []),
    { ...held, ratio: ours.held.us / ours.flowing.us, most: 1.25 },
    {
      figure: 'longest task',
      value: ours.longestMs,
      unit: 'ms',
      against: '50 ms',
      ratio: ours.longestMs / 50,
      most: 1,
    },
  ]
}

/**
 * Our tag beside its peers from npm, all in one run of one real Chromium: bytes, cost of a call at once and in all, the
 * same with 1,000 items held, the longest task. Prints the table of all; gives back our goals as rows.
 */
export const benchPeers = async () => {
  if (!areInstalled()) install()
  const browser = await launch()
  const results = await measureAll(browser)
  await browser.close()
  const rows = results.map(({ tag, code, flowing, held, longestMs }) => ({
    ...{ name: tag.name, bytes: code === '' ? 0 : brotliCompressSync(code).length },
    ...{ flowing: summaryOf(flowing), held: summaryOf(held), longestMs },
  }))
  console.log(`${peersTable(rows)}\n`)
  return goalsOf(rows)
}

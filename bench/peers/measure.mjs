const WARM = 50
const CALLS = 200
const HELD = 1_000
const SETTLE_MS = 500
/** How often to look whether a tag that gathers its posts has sent the first. */
const PATIENCE = 20

/** In the page: so many calls, each in a task of its own as handlers of clicks are; what each has cost, µs. */
const callMany = async ({ calls, gapMs }) => {
  const channel = new MessageChannel()
  const nextTask = () =>
    new Promise((done) => {
      if (gapMs > 0) return setTimeout(done, gapMs)
      channel.port1.onmessage = done
      channel.port2.postMessage(0)
    })
  const costs = []
  for (let i = 0; i < calls; i++) {
    await nextTask()
    const data = { order_id: `order-${i}`, email: 'ada@shop.test', amount: '49.90', currency: 'EUR' }
    const from = performance.now()
    window.track(data)
    costs.push((performance.now() - from) * 1000)
  }
  return costs
}

/** In the page: how many items our outbox holds on disk. */
const countHeld = () =>
  new Promise((resolve) => {
    const opening = indexedDB.open('wmkt')
    opening.onsuccess = () => {
      const counting = opening.result.transaction('outbox').objectStore('outbox').count()
      counting.onsuccess = () => resolve(counting.result)
    }
  })

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** All that the page's main thread has done so far, ms. */
const taskMs = async (session) => {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
}

const untilHeld = async (page) => {
  for (let n = 0; n < HELD; n = await page.evaluate(countHeld)) await page.waitForTimeout(50)
}

/**
 * What one call costs on a page with a tag: at once (µs, the median call), and in all with what the tag does afterwards
 * (ms of the main thread a call). `held`: with 1,000 items before it that the server refused by 503.
 */
export const measure = async (browser, site, { held, posts, holdsOnDisk }) => {
  const page = await browser.newPage()
  await page.goto(site.url)
  const session = await browser.newCDPSession(page)
  await session.send('Performance.enable')
  await page.waitForFunction(() => typeof window.track === 'function')
  if (held) await page.evaluate(callMany, { calls: HELD, gapMs: 0 })
  if (held && holdsOnDisk) await untilHeld(page)
  await page.evaluate(callMany, { calls: WARM, gapMs: 4 })
  const before = await taskMs(session)
  const costs = await page.evaluate(callMany, { calls: CALLS, gapMs: 4 })
  await page.waitForTimeout(SETTLE_MS)
  const mainMs = ((await taskMs(session)) - before) / CALLS
  for (let n = 0; n < PATIENCE && posts && site.posts() === 0; n++) await page.waitForTimeout(SETTLE_MS)
  await page.close()
  return { us: median(costs), mainMs }
}

/** Runs the work under a trace; resolves to the tasks of the page's main thread, ms of processor time each. */
const tasksDuring = async (session, work) => {
  const events = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  const complete = new Promise((done) => session.once('Tracing.tracingComplete', done))
  const traceConfig = { includedCategories: ['toplevel', '__metadata'], excludedCategories: ['*'] }
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
  await work()
  await session.send('Tracing.end')
  await complete
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const isMain = ({ pid, tid }) => mains.some((main) => main.pid === pid && main.tid === tid)
  return events.filter((event) => event.tdur > 0 && isMain(event)).map(({ tdur }) => tdur / 1000)
}

/**
 * The longest task of a page that makes 1,000 calls, each in a task of its own, and of the two seconds after: ms of
 * processor time. The browser's own long tasks go by the wall clock, which on a busy machine tells of others' work.
 */
export const longestTask = async (browser, site) => {
  const page = await browser.newPage()
  await page.goto(site.url)
  await page.waitForFunction(() => typeof window.track === 'function')
  const session = await browser.newCDPSession(page)
  const tasks = await tasksDuring(session, async () => {
    await page.evaluate(callMany, { calls: HELD, gapMs: 0 })
    await page.waitForTimeout(4 * SETTLE_MS)
  })
  await page.close()
  return Math.max(0, ...tasks)
}

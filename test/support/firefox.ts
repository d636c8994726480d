import { firefox, type Page } from 'playwright-core'
import { findFirefox } from './engines.ts'
import { callOf, type Engine, type Tab } from './tab.ts'

const tabOf = (page: Page): Tab => ({
  async visit(url) {
    await page.goto(url)
  },
  run: (work, ...args) => page.evaluate(callOf(work, args)),
  close: () => page.close(),
})

/** The system's own Firefox, driven by WebDriver BiDi: playwright's patched one is not what visitors run. */
export const launchFirefox = async (): Promise<Engine> => {
  const executablePath = findFirefox()
  if (!executablePath) throw new Error('no Firefox on this machine')
  const browser = await firefox.launch({ channel: 'moz-firefox', executablePath, headless: true })
  const context = await browser.newContext()
  return {
    open: async () => tabOf(await context.newPage()),
    close: () => browser.close(),
  }
}

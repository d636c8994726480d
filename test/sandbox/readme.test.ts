import { existsSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { chromiumPath } from '../support/browser.ts'
import { fillSandboxFolder } from '../support/sandbox-folder.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const shown = [...read('packages/sandbox/README.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code]) => code,
)

describe('the README', () => {
  test('shows the very examples that run here, and no other code', () => {
    const run = ['vitest', 'playwright'].map((name) => read(`examples/sandbox/${name}.test.ts`))
    expect(shown).toEqual(run)
  })
})

// The folders of the examples, as their second run finds them: the first makes a database, which takes ten times as long.
for (const name of ['sandbox', 'sandbox-playwright']) {
  const folder = `.cache/${name}`
  if (!existsSync(folder)) await fillSandboxFolder(folder)
}

describe('with vitest', async () => {
  await import('../../examples/sandbox/vitest.test.ts')
})

describe('with Playwright', async () => {
  beforeAll(() => {
    const launch = chromium.launch.bind(chromium)
    const executablePath = chromiumPath()
    const found = { ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox'] }
    vi.spyOn(chromium, 'launch').mockImplementation(() => launch(found))
  })
  afterAll(() => vi.restoreAllMocks())
  await import('../../examples/sandbox/playwright.test.ts')
})

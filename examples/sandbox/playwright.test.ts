import { startSandbox } from '@wmkt/sandbox'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { startShop } from './shop.ts'

test('the contact form becomes an event', async () => {
  const sandbox = await startSandbox({ dataDir: './.cache/sandbox-playwright' })
  const { projectId, api, oauth, credentials } = sandbox
  const shop = await startShop({ projectId, apiUrl: api, oauthUrl: oauth, keyFile: credentials })
  const browser = await chromium.launch()

  const page = await browser.newPage()
  await page.goto(`${shop.url}/contact`)
  await page.getByLabel('E-mail').fill('ada@shop.test')
  await page.getByRole('button', { name: 'Send' }).click()
  const event = await sandbox.waitForEvent({ eventType: 'contact-form' })
  expect(event.data).toMatchObject({ email: 'ada@shop.test' })

  await browser.close()
  shop.close()
  await sandbox.stop()
}, 60_000)

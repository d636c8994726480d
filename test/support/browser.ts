import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import { findChromium } from './engines.ts'

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export type ChromiumOptions = {
  /** A profile that outlives the browser; a fresh one, removed at close, when not given. */
  profile?: string
  args?: string[]
  ignoreDefaultArgs?: string[]
  ignoreHTTPSErrors?: boolean
}

/** A fresh folder for a browser profile. */
export const makeProfile = (): string => mkdtempSync(join(tmpdir(), 'wmkt-profile-'))

const launchOptions = (options: ChromiumOptions): LaunchOptions => {
  const executablePath = findChromium()
  return {
    ...(executablePath ? { executablePath } : {}),
    headless: true,
    args: [...ARGS, ...(options.args ?? [])],
    ...(options.ignoreDefaultArgs ? { ignoreDefaultArgs: options.ignoreDefaultArgs } : {}),
  }
}

/** A real Chromium with a profile on disk; its context is what tests drive, `close()` removes a profile of its own. */
export const launchChromium = async (options: ChromiumOptions = {}): Promise<BrowserContext> => {
  const profile = options.profile ?? makeProfile()
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions(options),
    ignoreHTTPSErrors: options.ignoreHTTPSErrors ?? false,
  })
  if (!options.profile)
    context.on('close', () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))
  return context
}

import { type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import { given, orThrow } from './given.ts'
import { tempFolder } from './temp-folder.ts'

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
  /** A profile that outlives the browser; a fresh one when not given. */
  profile?: string
  args?: string[]
  ignoreDefaultArgs?: string[]
  ignoreHTTPSErrors?: boolean
}

/** A fresh folder for a browser profile, gone when the test run ends: a closing browser still writes into it. */
export const makeProfile = (): string => tempFolder('profile')

// As the module loads, where no test's time is counted: it may have to be installed first.
const found = await given('chromium')

/** Where the browser is; undefined where playwright knows. Throws where there is none. */
export const chromiumPath = (): string | undefined => orThrow(found).path

const launchOptions = (options: ChromiumOptions): LaunchOptions => {
  const executablePath = chromiumPath()
  return {
    ...(executablePath ? { executablePath } : {}),
    headless: true,
    args: [...ARGS, ...(options.args ?? [])],
    ...(options.ignoreDefaultArgs ? { ignoreDefaultArgs: options.ignoreDefaultArgs } : {}),
  }
}

/** A real Chromium with a profile on disk; its context is what tests drive. */
export const launchChromium = (options: ChromiumOptions = {}): Promise<BrowserContext> =>
  chromium.launchPersistentContext(options.profile ?? makeProfile(), {
    ...launchOptions(options),
    ignoreHTTPSErrors: options.ignoreHTTPSErrors ?? false,
  })

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { aptInstall, inPath, reasonOf, run } from './apt.ts'
import { begin, type Given } from './provisions.ts'

/** Where real browsers are usually found, by the variable that overrides the search. */
const CHROMIUM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A Chromium on this machine; undefined when there is none. */
export const findChromium = (): string | undefined => {
  const named = process.env.CHROME_PATH
  if (named) return named
  return CHROMIUM_PATHS.find((path) => existsSync(path)) ?? inPath('chromium') ?? inPath('google-chrome')
}

/** Whether there is one already, of the system's or of playwright's. */
export const hasChromium = (): boolean =>
  findChromium() !== undefined || existsSync(join(homedir(), '.cache', 'ms-playwright'))

const byPlaywright = async (): Promise<void> => {
  process.stdout.write('installing a Chromium by playwright …\n')
  await run('npx', 'playwright-core', 'install', '--with-deps', '--no-shell', 'chromium')
}

const NONE = 'no Chromium is found, and none can be installed here; CHROME_PATH may name one'

/** The Chromium that the real-browser tests drive, installed first when the machine has none. */
export const ensureChromium = async (): Promise<Given<'chromium'>> => {
  if (!hasChromium()) {
    const why = await aptInstall('chromium')
    if (!findChromium())
      await byPlaywright().catch((error) => {
        throw new Error(`${NONE} (apt: ${why ?? 'installed, but not found'}; playwright: ${reasonOf(error)})`)
      })
  }
  const path = findChromium()
  return path === undefined ? {} : { path }
}

/** Firefox as the system has it; Ubuntu's `firefox` is a snap, which cannot be driven. */
const FIREFOX_PATHS = ['/usr/bin/firefox-esr', '/Applications/Firefox.app/Contents/MacOS/firefox']

/** A Firefox on this machine; undefined when there is none. */
export const findFirefox = (): string | undefined =>
  process.env.FIREFOX_PATH || FIREFOX_PATHS.find((path) => existsSync(path))

const hasWebKit = (): boolean => ['WebKitWebDriver', 'Xvfb'].every((program) => inPath(program))

/** Engines besides Chromium, which a machine may lack. */
export type OtherEngine = 'firefox' | 'webkit'

/** Why an engine cannot run on this machine, after an attempt to install it; undefined when it can. */
export const whyMissing: Record<OtherEngine, () => Promise<string | undefined>> = {
  firefox: async () => {
    const why = findFirefox() ? undefined : await aptInstall('firefox-esr')
    return findFirefox()
      ? undefined
      : `no Firefox is found, and none can be installed here (${why}); FIREFOX_PATH may name one`
  },
  webkit: async () => {
    const why = hasWebKit() ? undefined : await aptInstall('webkit2gtk-driver', 'xvfb')
    return hasWebKit()
      ? undefined
      : `WebKitWebDriver or Xvfb is missing, and cannot be installed here (${why})`
  },
}

/** Web servers that a relay stands behind. */
export type WebServer = 'nginx' | 'caddy'

/** Where the program is, installed first when the machine lacks it and can; undefined when it cannot. */
export const ensureWebServer = async (server: WebServer): Promise<string | undefined> => {
  const find = () =>
    inPath(server) ?? ['/usr/sbin/nginx'].find((path) => server === 'nginx' && existsSync(path))
  if (!find()) await aptInstall(server === 'nginx' ? 'nginx-light' : 'caddy')
  return find()
}

/** strace observes the real sync calls of the outbox. Linux only. */
export const ensureStrace = async (): Promise<Given<'strace'>> => {
  const why = inPath('strace') ? undefined : await aptInstall('strace')
  const path = inPath('strace')
  return path === undefined
    ? { missing: `strace is not on this machine, and cannot be installed here (${why})` }
    : { path }
}

/** vitest global setup: a Chromium. */
export default function setup(project: TestProject): () => Promise<void> {
  const { runFolder } = project.getProvidedContext()
  const done = begin(runFolder, 'chromium', ensureChromium)
  return () => done
}

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where real browsers are usually found, by the variable that overrides the search. */
const CHROMIUM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const inPath = (program: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path) && !path.startsWith('/snap/'))

/** A Chromium on this machine; undefined when there is none. */
export const findChromium = (): string | undefined => {
  const named = process.env.CHROME_PATH
  if (named) return named
  return CHROMIUM_PATHS.find((path) => existsSync(path)) ?? inPath('chromium') ?? inPath('google-chrome')
}

const run = (command: string, args: string[]): void => {
  execFileSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

/** Installs Debian packages when this machine can (root, or sudo without a password); tells whether it could. */
export const aptInstall = (...packages: string[]): boolean => {
  if (!inPath('apt-get')) return false
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = (...args: string[]): void => {
    const [command = '', ...rest] = [...sudo, 'apt-get', ...args]
    run(command, rest)
  }
  try {
    process.stdout.write(`installing ${packages.join(', ')} …\n`)
    apt('update', '-q')
    apt('install', '-y', '-q', '--no-install-recommends', ...packages)
    return true
  } catch {
    return false
  }
}

const installByPlaywright = (): void => {
  process.stdout.write('installing a Chromium by playwright …\n')
  run('npx', ['playwright-core', 'install', '--with-deps', '--no-shell', 'chromium'])
}

const playwrightCache = join(homedir(), '.cache', 'ms-playwright')

/** The Chromium that the real-browser tests drive, installed first when the machine has none. */
export const ensureChromium = (): void => {
  if (findChromium() || existsSync(playwrightCache)) return
  if (aptInstall('chromium') && findChromium()) return
  installByPlaywright()
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
export const whyMissing: Record<OtherEngine, () => string | undefined> = {
  firefox: () =>
    findFirefox() || (aptInstall('firefox-esr') && findFirefox())
      ? undefined
      : 'no Firefox is found, and none can be installed here; FIREFOX_PATH may name one',
  webkit: () =>
    hasWebKit() || (aptInstall('webkit2gtk-driver', 'xvfb') && hasWebKit())
      ? undefined
      : 'WebKitWebDriver or Xvfb is missing, and cannot be installed here',
}

/** Web servers that a relay stands behind. */
export type WebServer = 'nginx' | 'caddy'

/** Where the program is, installed first when the machine lacks it and can; undefined when it cannot. */
export const ensureWebServer = (server: WebServer): string | undefined => {
  const find = () =>
    inPath(server) ?? ['/usr/sbin/nginx'].find((path) => server === 'nginx' && existsSync(path))
  return find() ?? (aptInstall(server === 'nginx' ? 'nginx-light' : 'caddy') ? find() : undefined)
}

/** strace observes the real sync calls of the outbox. Linux only. */
export const ensureStrace = (): void => {
  if (process.platform === 'linux' && !inPath('strace')) aptInstall('strace')
}

/** vitest global setup: what the tests need and the machine lacks, before the first test. */
export default function setup(): void {
  ensureStrace()
  ensureChromium()
}

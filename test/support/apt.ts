import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { inTurn, once, sharedList } from './provisions.ts'

/** Where a program is, by the search path; never a snap, which cannot be driven. */
export const inPath = (program: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path) && !path.startsWith('/snap/'))

const execute = promisify(execFile)

/** Runs a program to its end; rejects when it fails, with what it printed. */
export const run = async (command: string, ...args: string[]): Promise<void> => {
  const running = execute(command, args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  })
  // Nobody answers a question.
  running.child.stdin?.end()
  await running
}

/** The last line of why something failed. */
export const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  return text.trim().split('\n').at(-1) ?? ''
}

const AS_ROOT = ['sudo', '-n', 'apt-get'] as const

// Another process may hold the lock of dpkg: then apt waits a while instead of failing.
const apt = (...args: string[]): Promise<void> => {
  const [program, ...first] = process.getuid?.() === 0 ? (['apt-get'] as const) : AS_ROOT
  return run(program, ...first, '-q', '-o', 'DPkg::Lock::Timeout=300', ...args)
}

// Once a run, whoever asks. Where it fails, for another process reads the lists just now, the lists of before may do.
const update = (): Promise<void> => once('apt-get update', () => apt('update').catch(() => {}))

const install = async (packages: string[]): Promise<string | undefined> => {
  process.stdout.write(`installing ${packages.join(', ')} …\n`)
  try {
    await apt('install', '-y', '--no-install-recommends', ...packages)
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

type Ask = { packages: string[]; answer: (why: string | undefined) => void }

/** Once for all of them, which costs apt a third of the work; where that fails, each by itself: one may not be had. */
const installAll = async (asks: Ask[]): Promise<void> => {
  const why = await install(asks.flatMap(({ packages }) => packages))
  for (const { packages, answer } of asks)
    answer(why === undefined || asks.length === 1 ? why : await install(packages))
}

/** Whoever's turn it is installs what has been asked for until the lists are read. */
const installAsked = async (): Promise<void> => {
  if (sharedList<Ask>('asks').length === 0) return
  await update()
  await installAll(sharedList<Ask>('asks').splice(0))
}

/** Installs Debian packages when this machine can (root, or sudo without a password), in turn; tells why it could not. */
export const aptInstall = async (...packages: string[]): Promise<string | undefined> => {
  if (!inPath('apt-get')) return 'there is no apt-get'
  return new Promise((answer) => {
    sharedList<Ask>('asks').push({ packages, answer })
    void inTurn(installAsked)
  })
}

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

const MIRROR = 'http://deb.debian.org/debian'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const FETCH_MS = 120_000

/** apt with sources, lists and cache of its own: nothing of the machine's is read but its proxies, and nothing changed. */
const aptOptionsOf = (folder: string): string[] =>
  [
    `Dir::State=${folder}`,
    `Dir::State::status=${join(folder, 'status')}`,
    `Dir::Cache=${folder}`,
    `Dir::Etc::sourcelist=${join(folder, 'sources.list')}`,
    'Dir::Etc::sourceparts=-',
    'Dir::Etc::preferences=-',
    'Dir::Etc::preferencesparts=-',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=1',
    'Acquire::http::Timeout=10',
  ].flatMap((option) => ['-o', option])

const layOut = (folder: string, suite: string): void => {
  for (const part of ['lists/partial', 'archives/partial', 'unpacked'])
    mkdirSync(join(folder, part), { recursive: true })
  writeFileSync(join(folder, 'status'), '')
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${KEYRING}] ${MIRROR} ${suite} main\n`)
}

const unpack = async (name: string, suite: string, folder: string): Promise<void> => {
  layOut(folder, suite)
  const run = (program: string, args: string[]) => execute(program, args, { cwd: folder, timeout: FETCH_MS })
  const options = aptOptionsOf(folder)
  // Without it a mirror out of reach is a warning, and what follows says only that there is no such package.
  await run('apt-get', [...options, '-qq', '-o', 'APT::Update::Error-Mode=any', 'update'])
  await run('apt-get', [...options, '-qq', 'download', name])
  const [file = ''] = readdirSync(folder).filter((one) => one.endsWith('.deb'))
  await run('dpkg-deb', ['-x', file, 'unpacked'])
}

/**
 * Unpacks a package of a Debian suite into a folder, which is there whole or not at all. The archive's signature and the
 * package's sum are apt's to verify. Nothing is installed.
 *
 * @throws where there is no apt, no archive keyring, or no way to the mirror
 */
export const unpackDebian = async (name: string, suite: string, into: string): Promise<void> => {
  if (existsSync(into)) return
  mkdirSync(dirname(into), { recursive: true })
  const folder = mkdtempSync(`${into}-`)
  try {
    await unpack(name, suite, folder)
    if (!existsSync(into)) renameSync(join(folder, 'unpacked'), into)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { OptionError, shown } from '../option.ts'
import { resolveOptions } from '../options.ts'
import {
  ensureKeyFile,
  readKeyFile,
  sealingKeyOf,
  withNewKey,
  withoutKey,
  writeKeyFile,
} from '../seal/key-file.ts'
import { keyFileOf } from '../seal/open-sealing.ts'
import type { Configuration } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import { durationMs, EXPECTED } from './form.ts'
import type { LetterContext } from './letter-commands.ts'
import { jsonOf } from './plain.ts'
import type { Term } from './term.ts'

type Json = { json?: boolean }

/** `keys ls|rotate|shred`. The file is changed; relays that run read it again within a second. */
export const keyCommands = (parent: Command, { add, configure, term }: LetterContext): void => {
  add(parent, 'ls', 'the keys of the key file')
    .option('--json', 'as JSON')
    .action(({ json }: Json, command) => listKeys(pathOf(configure(command)), term, json))
  add(parent, 'rotate', 'add a key, which encrypts from now on; make the key file when there is none')
    .option('--in <time>', 'encrypt with it only then, such as 1h: other relays get the file meanwhile')
    .option('--json', 'as JSON')
    .action((options: Json & { in?: string }, command) =>
      rotateKeys(pathOf(configure(command)), term, { ...options, afterMs: afterOf(options.in) }),
    )
  add(parent, 'shred <id>', 'remove a key: what it encrypted can never be read again, in no backup either')
    .option('--yes', 'it is meant')
    .option('--json', 'as JSON')
    .action((id: string, options: Json & { yes?: boolean }, command) =>
      shredKey(pathOf(configure(command)), term, { id, ...options }),
    )
}

const pathOf = ({ relay }: Configuration): string => {
  const settings = resolveOptions(relay)
  if (settings.nats && settings.keyFile === undefined)
    throw new OptionError('WMKT_KEY_FILE', 'a path, the same file for all relays', 'nothing')
  return keyFileOf(settings)
}

/** @throws OptionError */
const afterOf = (text: string | undefined): number => {
  const ms = text === undefined ? 0 : durationMs(text)
  if (ms === undefined) throw new OptionError('--in', EXPECTED.duration, shown(text))
  return ms
}

const linesOf = (path: string, now: number) => {
  const { keys } = readKeyFile(path)
  const sealing = sealingKeyOf(keys, now)
  return keys.map(({ key: _key, ...line }) => ({ ...line, encrypts: line.id === sealing?.id }))
}

const listKeys = (path: string, term: Term, json = false): void => {
  const keys = linesOf(path, term.now())
  const rows = keys.map(({ id, madeAt, encrypts, sealsFrom }) =>
    [id, madeAt, encrypts ? 'encrypts' : 'decrypts', ...(sealsFrom ? [`from ${sealsFrom}`] : [])].join('\t'),
  )
  term.out(json ? jsonOf(keys) : rows.join('\n'))
}

const rotateKeys = (
  path: string,
  term: Term,
  { afterMs, json = false }: Json & { afterMs: number },
): void => {
  const isNew = !existsSync(path) && ensureKeyFile(path, term.now())
  if (!isNew) writeKeyFile(path, withNewKey(readKeyFile(path), term.now(), afterMs))
  const id = readKeyFile(path).keys.at(-1)?.id
  term.out(json ? jsonOf({ done: 'rotate', id }) : `rotate: ${id}`)
}

const shredKey = (
  path: string,
  term: Term,
  { id, yes = false, json = false }: Json & { id: string; yes?: boolean },
): void => {
  const file = readKeyFile(path)
  if (!file.keys.some((key) => key.id === id)) throw new CommandFailed(`no key ${id} in ${path}`)
  if (sealingKeyOf(file.keys, term.now())?.id === id)
    throw new CommandFailed(`key ${id} encrypts what comes in: wmkt-relay keys rotate first`)
  if (!yes)
    throw new CommandFailed(`what key ${id} encrypted can never be read again: --yes when it is meant`)
  writeKeyFile(path, withoutKey(file, id))
  term.out(json ? jsonOf({ done: 'shred', id }) : `shred: ${id}`)
}

import type { Command } from 'commander'
import type { LetterContext } from './letter-commands.ts'
import { listTrash, showTrash, type TrashOptions } from './trash.ts'
import { type FixOptions, fixTrash } from './trash-fix.ts'

/** `trash ls|show|fix|redrive`. */
export const trashCommands = (parent: Command, { add, configure, term }: LetterContext): void => {
  add(parent, 'ls', 'one line an event, with the upstream’s reasons')
    .option('--type <reference>', 'only those of this event type')
    .option('--unknown', 'only those that were not delivered here')
    .option('--json', 'as JSON')
    .action((options: TrashOptions, command) => listTrash(configure(command), term, options))
  add(parent, 'show <nonce>', 'one event, as JSON, with what it was sent again as')
    .option('--json', 'as JSON (it always is)')
    .action((nonce: string, _options, command) => showTrash(configure(command), term, nonce))
  choosing(add(parent, 'fix [nonce]', 'put events right and send them again'))
    .option('--rename <pairs...>', 'old=new: a key that the form misnames')
    .option('--coerce <kinds...>', 'number, phone, date: values put right where one meaning is possible')
    .option('--default <pairs...>', 'key=value: where it is missing or empty')
    .action((nonce: string | undefined, options: FixOptions, command) =>
      fixTrash(configure(command), term, nonce, options),
    )
  choosing(
    add(parent, 'redrive [nonce]', 'send events again as they are, their event type being mended'),
  ).action((nonce: string | undefined, options: FixOptions, command) =>
    fixTrash(configure(command), term, nonce, options),
  )
}

const choosing = (command: Command): Command =>
  command
    .option('--type <reference>', 'only those of this event type')
    .option('--dry-run', 'say what would be sent, and send nothing')
    .option('--json', 'as JSON')

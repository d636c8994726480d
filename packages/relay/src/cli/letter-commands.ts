import type { Command } from 'commander'
import type { Configuration, Reach } from './configuration.ts'
import {
  exportLetters,
  type ListOptions,
  listLetters,
  redriveAll,
  settleLetter,
  showLetter,
} from './letters.ts'
import type { Term } from './term.ts'
import { withDesk } from './with-desk.ts'

export type LetterContext = {
  add: (parent: Command, name: string, about: string) => Command
  configure: (command: Command) => Configuration
  term: Term
}

export type DeskContext = Pick<LetterContext, 'add' | 'term'> & { reach: (command: Command) => Reach }

/** `dead-letters list|show|redrive|drop|export`. */
export const letterCommands = (parent: Command, { add, reach, term }: DeskContext): void => {
  add(parent, 'list', 'one line a letter')
    .option('--code <code>', 'only those buried for this reason')
    .option('--json', 'as JSON')
    .action((options: ListOptions, command) =>
      withDesk(reach(command), (desk) => listLetters(desk, term, options)),
    )
  add(parent, 'show <nonce>', 'one letter, as JSON')
    .option('--reveal', 'with the personal data in it')
    .option('--json', 'as JSON (it always is)')
    .action((nonce: string, { reveal = false }: { reveal?: boolean }, command) =>
      withDesk(reach(command), (desk) => showLetter(desk, term, nonce, reveal)),
    )
  add(parent, 'redrive [nonce]', 'put a letter back, to be delivered')
    .option('--all', 'every letter')
    .option('--code <code>', 'with --all: only those buried for this reason')
    .option('--json', 'as JSON')
    .action((nonce: string | undefined, options: ListOptions & { all?: boolean }, command: Command) => {
      if ((nonce === undefined) !== (options.all === true))
        command.error('error: expected either a nonce or --all')
      return withDesk(reach(command), (desk) =>
        nonce === undefined
          ? redriveAll(desk, term, options)
          : settleLetter(desk, term, { verb: 'redrive', nonce, json: options.json }),
      )
    })
  add(parent, 'drop <nonce>', 'give a letter up for good')
    .option('--json', 'as JSON')
    .action((nonce: string, { json }: ListOptions, command) =>
      withDesk(reach(command), (desk) => settleLetter(desk, term, { verb: 'drop', nonce, json })),
    )
  add(parent, 'export', 'every letter with its payload, one JSON line each')
    .option('--code <code>', 'only those buried for this reason')
    .option('--json', 'as JSON (it always is)')
    .action(({ code }: ListOptions, command) =>
      withDesk(reach(command), (desk) => exportLetters(desk, term, code)),
    )
}

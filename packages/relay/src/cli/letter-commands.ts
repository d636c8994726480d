import { type Command, InvalidArgumentError } from 'commander'
import type { Configuration } from './configuration.ts'
import { exportLetters, listLetters, redriveAll, settleLetter, showLetter } from './letters.ts'
import type { Term } from './term.ts'
import { withDesk } from './with-desk.ts'

export type LetterContext = {
  add: (parent: Command, name: string, about: string) => Command
  configure: (command: Command) => Configuration
  term: Term
}

/** `dead-letters list|show|redrive|drop|export`. */
export const letterCommands = (parent: Command, { add, configure, term }: LetterContext): void => {
  add(parent, 'list', 'one line a letter')
    .option('--code <code>', 'only those buried for this reason')
    .option('--json', 'as JSON')
    .action((options: { code?: string; json?: boolean }, command) =>
      withDesk(configure(command), (desk) => listLetters(desk, term, options)),
    )
  add(parent, 'show <nonce>', 'one letter, as JSON')
    .option('--reveal', 'with the personal data in it')
    .action((nonce: string, { reveal = false }: { reveal?: boolean }, command) =>
      withDesk(configure(command), (desk) => showLetter(desk, term, nonce, reveal)),
    )
  add(parent, 'redrive [nonce]', 'put a letter back, to be delivered')
    .option('--all', 'every letter')
    .option('--code <code>', 'with --all: only those buried for this reason')
    .action((nonce: string | undefined, options: { all?: boolean; code?: string }, command) => {
      if ((nonce === undefined) !== (options.all === true))
        throw new InvalidArgumentError('expected either a nonce or --all')
      return withDesk(configure(command), (desk) =>
        nonce === undefined
          ? redriveAll(desk, term, options.code)
          : settleLetter(desk, term, 'redrive', nonce),
      )
    })
  add(parent, 'drop <nonce>', 'give a letter up for good').action((nonce: string, _options, command) =>
    withDesk(configure(command), (desk) => settleLetter(desk, term, 'drop', nonce)),
  )
  add(parent, 'export', 'every letter with its payload, one JSON line each')
    .option('--code <code>', 'only those buried for this reason')
    .action(({ code }: { code?: string }, command) =>
      withDesk(configure(command), (desk) => exportLetters(desk, term, code)),
    )
}

import type { Desk, LetterLine } from '../admin/desk.ts'
import { CommandFailed } from './failure.ts'
import type { Term } from './term.ts'

const PAGE = 500

/** Every dead letter, a page at a time: they may be many. */
export async function* everyLetter(desk: Desk, code?: string): AsyncGenerator<LetterLine> {
  let after: string | undefined
  do {
    const filter = { limit: PAGE, ...(code !== undefined && { code }), ...(after !== undefined && { after }) }
    const page = await desk.list(filter)
    yield* page.deadLetters
    after = page.next
  } while (after !== undefined)
}

const rowOf = ({ nonce, lane, code, buriedAt, attempts, message }: LetterLine): string =>
  [nonce, lane, code, new Date(buriedAt).toISOString(), `${attempts}×`, message].map(plain).join('\t')

/** Messages are the upstream's words: no control character reaches the terminal. */
const plain = (value: string): string => value.replace(/[\p{Cc}\p{Cf}]/gu, ' ')

export const listLetters = async (desk: Desk, term: Term, options: { code?: string; json?: boolean }) => {
  const lines: LetterLine[] = []
  for await (const line of everyLetter(desk, options.code)) {
    if (options.json) lines.push(line)
    else term.out(rowOf(line))
  }
  if (options.json) term.out(JSON.stringify(lines))
}

export const showLetter = async (desk: Desk, term: Term, nonce: string, reveal: boolean) => {
  const letter = await desk.show(nonce, { reveal })
  if (!letter) throw new CommandFailed(`no dead letter ${nonce}`)
  term.out(JSON.stringify(letter, null, 2))
}

export const settleLetter = async (desk: Desk, term: Term, verb: 'redrive' | 'drop', nonce: string) => {
  if (!(await desk[verb](nonce))) throw new CommandFailed(`no dead letter ${nonce}`)
  term.out(`${verb}: ${nonce}`)
}

export const redriveAll = async (desk: Desk, term: Term, code?: string) => {
  let count = 0
  for await (const { nonce, kind } of everyLetter(desk, code)) if (await desk.redrive(nonce, kind)) count += 1
  term.out(`redrive: ${count}`)
}

/** One JSON line a letter, with everything in it: to a file, not to a screen. */
export const exportLetters = async (desk: Desk, term: Term, code?: string) => {
  for await (const { nonce, kind } of everyLetter(desk, code)) {
    const letter = await desk.show(nonce, { kind, reveal: true })
    if (letter) term.out(JSON.stringify(letter))
  }
}

import type { Desk, LetterLine } from '../admin/desk.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf, plain } from './plain.ts'
import { createProgress } from './progress.ts'
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

const noneOf = (code: string | undefined): string =>
  code === undefined
    ? 'no dead letters: all that was received is delivered or on its way'
    : `no dead letter ${code}`

export type ListOptions = { code?: string; json?: boolean }

export const listLetters = async (desk: Desk, term: Term, options: ListOptions) => {
  const lines: LetterLine[] = []
  let count = 0
  for await (const line of everyLetter(desk, options.code)) {
    count += 1
    if (options.json) lines.push(line)
    else term.out(rowOf(line))
  }
  if (options.json) term.out(jsonOf(lines))
  else if (count === 0) term.err(noneOf(options.code))
}

export const showLetter = async (desk: Desk, term: Term, nonce: string, reveal: boolean) => {
  const letter = await desk.show(nonce, { reveal })
  if (!letter) throw new CommandFailed(`no dead letter ${nonce}`)
  term.out(jsonOf(letter, 2))
}

export const settleLetter = async (
  desk: Desk,
  term: Term,
  { verb, nonce, json = false }: { verb: 'redrive' | 'drop'; nonce: string; json?: boolean | undefined },
) => {
  if (!(await desk[verb](nonce))) throw new CommandFailed(`no dead letter ${nonce}`)
  term.out(json ? jsonOf({ done: verb, nonce }) : `${verb}: ${nonce}`)
}

/** How many there are to go through, where that is known. */
const totalOf = async (desk: Desk, code: string | undefined): Promise<number | undefined> =>
  code === undefined ? await desk.buried() : undefined

export const redriveAll = async (desk: Desk, term: Term, { code, json }: ListOptions) => {
  const progress = createProgress(term, 'redriving', await totalOf(desk, code))
  let count = 0
  try {
    for await (const { nonce, kind } of everyLetter(desk, code)) {
      if (await desk.redrive(nonce, kind)) count += 1
      progress.step()
    }
  } finally {
    progress.end()
  }
  if (json) return term.out(jsonOf({ done: 'redrive', count }))
  if (count === 0) return term.err(noneOf(code))
  term.out(`redrive: ${count}`)
}

/** One JSON line a letter, with everything in it: to a file, not to a screen. */
export const exportLetters = async (desk: Desk, term: Term, code?: string) => {
  const progress = createProgress(term, 'exporting', await totalOf(desk, code))
  let count = 0
  try {
    for await (const { nonce, kind } of everyLetter(desk, code)) {
      const letter = await desk.show(nonce, { kind, reveal: true })
      if (letter) term.out(jsonOf(letter))
      count += 1
      progress.step()
    }
  } finally {
    progress.end()
  }
  term.err(count === 0 ? noneOf(code) : `export: ${count}`)
}

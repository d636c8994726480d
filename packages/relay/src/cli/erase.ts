import type { Desk } from '../admin/desk.ts'
import { parsePerson } from '../admin/read-erasure.ts'
import type { Person } from '../erase/person.ts'
import { Problem } from '../http/problem.ts'
import { OptionError } from '../option.ts'
import type { EraseStep } from '../outbox/outbox.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf } from './plain.ts'
import { createProgress } from './progress.ts'
import type { Term } from './term.ts'

export type EraseOptions = {
  tracker?: string
  email?: string
  dryRun?: boolean
  yes?: boolean
  json?: boolean
}

/** @throws OptionError, which does not repeat what was given */
export const personOf = ({ tracker: trackerId, email }: EraseOptions): Person => {
  try {
    return parsePerson({ trackerId, email })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new OptionError('--tracker, --email', 'a tracker ID, an e-mail address or both', 'something else')
  }
}

/** Erases somebody from the outbox; without `--yes` it only counts. */
export const erase = async (desk: Desk, term: Term, person: Person, options: EraseOptions) => {
  const { dryRun = false, yes = false, json = false } = options
  const isReal = yes && !dryRun
  const sum = await walk(desk, term, person, !isReal)
  term.out(json ? jsonOf({ done: isReal ? 'erase' : 'count', ...sum }) : textOf(sum, isReal))
  for (const line of remarksOn(sum)) term.err(line)
  if (!dryRun && !yes) throw new CommandFailed('nothing was erased: --yes when it is meant')
  if (isReal && sum.underWay > 0) throw new CommandFailed('not all could be erased: run it again in a minute')
}

const walk = async (desk: Desk, term: Term, person: Person, dryRun: boolean): Promise<EraseStep> => {
  let step = await desk.erase({ person, dryRun })
  let sum = step
  const progress = createProgress(term, dryRun ? 'counting' : 'erasing', step.of)
  try {
    for (;;) {
      for (let count = 0; count < step.looked; count += 1) progress.step()
      if (step.next === undefined) return sum
      step = await desk.erase({ person, dryRun, after: step.next })
      sum = added(sum, step)
    }
  } finally {
    progress.end()
  }
}

const added = (sum: EraseStep, step: EraseStep): EraseStep => ({
  held: sum.held + step.held,
  deadLetters: sum.deadLetters + step.deadLetters,
  kept: sum.kept + step.kept,
  underWay: sum.underWay + step.underWay,
  unreadable: sum.unreadable + step.unreadable,
  looked: sum.looked + step.looked,
  of: step.of,
})

const textOf = ({ held, deadLetters, kept }: EraseStep, isReal: boolean): string =>
  `${isReal ? 'erase' : 'would erase'}: ${held} held, ${deadLetters} dead letters, ${kept} in records that are kept`

const remarksOn = ({ underWay, unreadable }: EraseStep): string[] => [
  ...(underWay > 0 ? [`${underWay} are being delivered at this moment: they may still arrive`] : []),
  ...(unreadable > 0 ? [`${unreadable} records cannot be read, and were left: is a key missing?`] : []),
]

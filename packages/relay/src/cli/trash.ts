import { join } from 'node:path'
import { resolveOptions } from '../options.ts'
import { createFixLog } from '../settlement/fix-log.ts'
import { trashLogPath } from '../settlement/settlement-room.ts'
import { createTrashLog, type TrashLine } from '../settlement/trash-log.ts'
import type { Configuration } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf, plain } from './plain.ts'
import type { Term } from './term.ts'

export type TrashOptions = { type?: string; unknown?: boolean; json?: boolean }

const isWanted =
  ({ type, unknown = false }: TrashOptions) =>
  ({ eventType, state }: TrashLine): boolean =>
    (type === undefined || eventType === type) && (!unknown || state === 'unknown')

const reasonsOf = ({ reasons }: TrashLine): string =>
  reasons.map(({ field, message }) => (field === undefined ? message : `${field} ${message}`)).join('; ')

const rowOf = (line: TrashLine): string =>
  [
    line.nonce ?? line.id ?? '?',
    line.eventType ?? '?',
    line.state,
    line.trashedAt ?? new Date(line.foundAt).toISOString(),
    reasonsOf(line),
  ]
    .map(plain)
    .join('\t')

/** One line for each event that settlement found in the trash. Reads the file that the relay writes, running or not. */
export const listTrash = async (
  { relay }: Configuration,
  term: Term,
  options: TrashOptions,
): Promise<void> => {
  const { dataDir } = resolveOptions(relay)
  const lines = (await createTrashLog(trashLogPath(dataDir)).read()).filter(isWanted(options))
  if (options.json) return term.out(jsonOf(lines))
  if (lines.length === 0) return term.err('nothing of what was delivered is known to be in the trash')
  for (const line of lines) term.out(rowOf(line))
}

/** What is known of one trashed event. Its data are the upstream's to show. */
export const showTrash = async ({ relay }: Configuration, term: Term, nonce: string): Promise<void> => {
  const { dataDir } = resolveOptions(relay)
  const lines = await createTrashLog(trashLogPath(dataDir)).read()
  const line = lines.find((one) => one.nonce === nonce)
  if (!line) throw new CommandFailed(`no event ${nonce} is known to be in the trash`)
  const fixed = (await createFixLog(join(dataDir, 'trash-fixes.jsonl')).read()).get(nonce)
  term.out(jsonOf({ ...line, ...(fixed && { fixed }) }, 2))
}

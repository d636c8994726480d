import { join } from 'node:path'
import type { TrashedEvent } from '@wmkt/api'
import { COERCIONS, type Schema } from '@wmkt/protocol/schema'
import { OptionError } from '../option.ts'
import { resolveOptions } from '../options.ts'
import { schemaOf } from '../schema/parse-schema.ts'
import { createSchemaReader } from '../schema/read-upstream.ts'
import { createFixLog, type FixLine } from '../settlement/fix-log.ts'
import type { Mapping } from '../settlement/mapping.ts'
import { createTrashReader } from '../settlement/read-trash.ts'
import { createSender, type Remedy, remedyOf, type Send } from '../settlement/resend.ts'
import { trashLogPath } from '../settlement/settlement-room.ts'
import { createTrashLog, type TrashLine } from '../settlement/trash-log.ts'
import type { Configuration } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf, plain } from './plain.ts'
import type { Term } from './term.ts'
import { withUpstream } from './with-upstream.ts'

export type FixOptions = {
  type?: string
  rename?: string[]
  coerce?: string[]
  default?: string[]
  dryRun?: boolean
  json?: boolean
}

/** What became of one trashed event. */
type Fixed = { nonce: string; eventType: string; outcome: string; fixedAs?: string; upstreamId?: string }

/**
 * Sends trashed events again, put right by a mapping, under nonces derived from the old ones: to run it twice changes
 * nothing. Exit 1 when some would still be trashed.
 */
export const fixTrash = async (
  { relay }: Configuration,
  term: Term,
  nonce: string | undefined,
  options: FixOptions,
): Promise<void> => {
  if (nonce === undefined && options.type === undefined)
    throw new OptionError('trash', 'a nonce or --type', 'neither')
  const mapping = mappingOf(options)
  const { dataDir } = resolveOptions(relay)
  const fixLog = createFixLog(join(dataDir, 'trash-fixes.jsonl'))
  const done = await fixLog.read()
  const isChosen = (line: TrashLine): line is TrashLine & { nonce: string } =>
    line.state === 'trashed' &&
    line.nonce !== undefined &&
    !done.has(line.nonce) &&
    (nonce === undefined || line.nonce === nonce) &&
    (options.type === undefined || line.eventType === options.type)
  const lines = (await createTrashLog(trashLogPath(dataDir)).read()).filter(isChosen)
  if (lines.length === 0) throw new CommandFailed('no such event in the trash that was not sent again before')
  const outcomes = await withUpstream(relay, async (source) => {
    const facts = await createSchemaReader(source)()
    const originals = await originalsOf(lines, createTrashReader(source))
    const [schema, send] = [schemaOf(facts), createSender(source)]
    const work = { schema, send, keep: fixLog.append, mapping, projectId: source.projectId, now: term.now }
    const all: Fixed[] = []
    for (const line of lines)
      all.push(await fixOne(line, originals, { ...work, dryRun: options.dryRun === true }))
    return all
  })
  tell(outcomes, term, options.json === true)
}

const pairsIn = (option: string, pairs: readonly string[] = []): Map<string, string> =>
  new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new OptionError(option, 'pairs such as old=new', pair)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )

const mappingOf = (options: FixOptions): Mapping => ({
  rename: pairsIn('--rename', options.rename),
  defaults: pairsIn('--default', options.default),
  coerce: new Set(
    options.coerce?.map((name) => {
      const known = COERCIONS.find((one) => one === name)
      if (!known) throw new OptionError('--coerce', `one of ${COERCIONS.join(', ')}`, name)
      return known
    }),
  ),
})

const AROUND_MS = 1_000

/** As the upstream keeps them: here nothing of their data was written down. */
const originalsOf = async (
  lines: readonly TrashLine[],
  readTrash: ReturnType<typeof createTrashReader>,
): Promise<readonly TrashedEvent[]> => {
  const times = lines.map(({ trashedAt, foundAt }) => (trashedAt ? Date.parse(trashedAt) : foundAt))
  const [since, until] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
  return readTrash(since - AROUND_MS, until + AROUND_MS)
}

type Work = {
  schema: Schema
  mapping: Mapping
  projectId: string
  dryRun: boolean
  send: Send
  keep: (line: FixLine) => Promise<void>
  now: () => number
}

const fixOne = async (
  { id, nonce, eventType = '?' }: TrashLine & { nonce: string },
  originals: readonly TrashedEvent[],
  { schema, mapping, projectId, dryRun, send, keep, now }: Work,
): Promise<Fixed> => {
  const original = originals.find((one) => (id === undefined ? String(one.nonce) === nonce : one._id === id))
  const remedy: Remedy = original ? remedyOf(original, schema, mapping, projectId) : { type: 'lost' }
  const about = { nonce, eventType }
  if (remedy.type === 'lost') return { ...about, outcome: 'lost: the upstream shows it no more' }
  if (remedy.type === 'unfit')
    return {
      ...about,
      outcome: `unfit: ${remedy.findings.map(({ code, field }) => `${field} ${code}`).join('; ')}`,
    }
  const fixedAs = remedy.event.nonce
  if (dryRun) return { ...about, outcome: 'fits', fixedAs }
  try {
    const upstreamId = await send(remedy.event)
    await keep({ nonce, fixedAs, upstreamId, fixedAt: now() })
    return { ...about, outcome: 'sent', fixedAs, upstreamId }
  } catch (error) {
    return { ...about, outcome: `refused: ${error instanceof Error ? error.message : String(error)}` }
  }
}

const tell = (outcomes: readonly Fixed[], term: Term, json: boolean): void => {
  if (json) term.out(jsonOf(outcomes))
  else
    for (const { nonce, eventType, outcome, fixedAs = '' } of outcomes)
      term.out([nonce, eventType, outcome, fixedAs].map(plain).join('\t'))
  const failed = outcomes.filter(({ outcome }) => outcome !== 'sent' && outcome !== 'fits').length
  if (failed > 0) throw new CommandFailed(`${failed} of ${outcomes.length} events could not be sent again`)
}

import { readFile } from 'node:fs/promises'
import { resolveOptions } from '../options.ts'
import type { SchemaFacts } from '../schema/parse-schema.ts'
import { createSchemaReader } from '../schema/read-upstream.ts'
import { referencesIn, typeBlocks, typesText, withoutComments } from '../schema/type-text.ts'
import type { Configuration } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf } from './plain.ts'
import type { Term } from './term.ts'
import { withUpstream } from './with-upstream.ts'

export type TypesOptions = { check?: string; json?: boolean }

/** TypeScript for the project's event types; or, with `check`, whether a file made of them before still holds. */
export const types = async ({ relay }: Configuration, term: Term, options: TypesOptions): Promise<void> => {
  const { projectId } = resolveOptions(relay)
  const facts = await readFacts(relay)
  if (options.check !== undefined) return checkFile(options.check, facts, projectId, term, options.json)
  const text = typesText(facts, projectId)
  term.out(options.json ? jsonOf({ projectId, types: text }) : text.trimEnd())
}

const readFacts = (relay: Configuration['relay']): Promise<SchemaFacts> =>
  withUpstream(relay, async (source) => {
    try {
      return await createSchemaReader(source)()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new CommandFailed(`the event types of ${source.projectId} could not be read: ${why}`)
    }
  })

const checkFile = async (
  path: string,
  facts: SchemaFacts,
  projectId: string,
  term: Term,
  json = false,
): Promise<void> => {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandFailed(`${path} cannot be read: make it with wmkt-relay types > ${path}`)
  })
  const changed = differences(text, facts)
  const isSame = withoutComments(text) === withoutComments(typesText(facts, projectId))
  if (json) term.out(jsonOf({ projectId, file: path, ok: isSame, changed }))
  if (!isSame) throw new CommandFailed(`${path} is out of date${listOf(changed)}: wmkt-relay types > ${path}`)
  if (!json) term.out(`${path} fits the event types of ${projectId}`)
}

const listOf = (changed: readonly string[]): string =>
  changed.length === 0 ? '' : ` (${changed.join(', ')})`

/** References of event types that are new, other or gone. */
const differences = (text: string, facts: SchemaFacts): string[] => {
  const blocks = typeBlocks(facts)
  const known = new Set(blocks.map(({ reference }) => reference))
  const plain = `\n${withoutComments(text)}\n`
  const changed = blocks
    .filter((block) => !plain.includes(`\n${withoutComments(block.text)}\n`))
    .map(({ reference }) => reference)
  return [...changed, ...referencesIn(text).filter((reference) => !known.has(reference))]
}

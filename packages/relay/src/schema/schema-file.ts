import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { EventType, fits } from '@wmkt/api'
import { writeWhole } from '../whole-file.ts'
import type { ProjectFacts, SchemaFacts } from './parse-schema.ts'

/** What the upstream said, and when: epoch ms. */
export type FactsAt = { readonly facts: SchemaFacts; readonly readAt: number }

/** Where the schema outlives the process. */
export interface SchemaFile {
  /** Undefined when there is none, or none that can be believed. */
  load(): Promise<FactsAt | undefined>
  save(facts: FactsAt): Promise<void>
}

const FORM = 1

/** The hash tells a file that somebody changed. */
export const createSchemaFile = (path: string): SchemaFile => ({
  async load() {
    const text = await readFile(path, 'utf8').catch(() => '')
    return factsIn(objectIn(text))
  },
  async save({ facts: { eventTypes, project }, readAt }) {
    const content = JSON.stringify({ eventTypes, ...(project && { project: bare(project) }), readAt })
    await writeWhole(path, JSON.stringify({ form: FORM, hash: hashOf(content), content }))
  },
})

const bare = ({ phoneParsingConfig }: NonNullable<ProjectFacts>) => ({ phoneParsingConfig })

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex')

const factsIn = ({ form, hash, content }: Readonly<Record<string, unknown>>): FactsAt | undefined => {
  if (form !== FORM || typeof content !== 'string' || hash !== hashOf(content)) return undefined
  const { eventTypes, project, readAt } = objectIn(content)
  if (!Array.isArray(eventTypes) || typeof readAt !== 'number') return undefined
  const read = eventTypes.filter((one): one is EventType => fits(EventType, one))
  return read.length === eventTypes.length
    ? { facts: { eventTypes: read, project: factsOf(project) }, readAt }
    : undefined
}

const factsOf = (project: unknown): ProjectFacts =>
  typeof project === 'object' && project !== null ? project : undefined

const objectIn = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

import type { TestProject } from 'vitest/node'
import { type OtherEngine, whyMissing } from '../support/engines.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Why an engine cannot run on this machine; one that can is not named. */
    missingEngines: Partial<Record<OtherEngine, string>>
  }
}

const ENGINES: OtherEngine[] = ['firefox', 'webkit']

/** The engines that `REQUIRE_ENGINES` names, so that a machine meant to have them never passes by skipping. */
const requiredEngines = (list = ''): string[] => {
  const names = list.split(',').filter(Boolean)
  const unknown = names.filter((name) => !ENGINES.some((engine) => engine === name))
  if (unknown.length > 0) throw new Error(`REQUIRE_ENGINES: ${unknown} is none of ${ENGINES}`)
  return names
}

/** vitest global setup: Firefox and WebKit, installed first where the machine lacks them and can. */
export default async function setup({ provide }: TestProject): Promise<void> {
  const required = requiredEngines(process.env.REQUIRE_ENGINES)
  const missing: Partial<Record<OtherEngine, string>> = {}
  for (const engine of ENGINES) {
    const why = await whyMissing[engine]()
    if (why === undefined) continue
    if (required.includes(engine)) throw new Error(`REQUIRE_ENGINES names ${engine}: ${why}`)
    process.stdout.write(`the core list in ${engine} is skipped: ${why}\n`)
    missing[engine] = why
  }
  provide('missingEngines', missing)
}

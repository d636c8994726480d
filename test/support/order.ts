import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { hasChromium } from './engines.ts'
import { findNats } from './nats-programs.ts'
import { findPrograms } from './postgres-server.ts'

/** Where something must be installed first: those that need nothing of it begin, those that need most of it come last. */
const WHILE_INSTALLING = ['house', 'tag', 'sim', 'sandbox', 'unit', 'e2e']

export const rankOf = (project: string): number => WHILE_INSTALLING.indexOf(project)

/** What takes longest of those that come last, the longest first: begun at the end, each would be waited for alone. */
const LONGEST = ['relay-kill', 'dashboard', 'relay-hostile', 'journeys', 'relay-nats', 'soak']
const lengthOf = ({ moduleId }: TestSpecification): number => {
  const at = LONGEST.findIndex((name) => moduleId.endsWith(`e2e/${name}.test.ts`))
  return at < 0 ? LONGEST.length : at
}

const isLacking = (): boolean => !(hasChromium() && findNats() && findPrograms())

/** vitest's own order, project by project and long files first; where the machine lacks something, what can run without comes first. */
export class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    if (!isLacking()) return sorted
    return sorted.sort((a, b) => rankOf(a.project.name) - rankOf(b.project.name) || lengthOf(a) - lengthOf(b))
  }
}

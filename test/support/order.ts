import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { hasChromium } from './engines.ts'
import { findNats } from './nats-programs.ts'

/** Where something must be installed first: those that need nothing of it begin, those that need most of it come last. */
const WHILE_INSTALLING = ['house', 'tag', 'sim', 'sandbox', 'unit', 'e2e']

/** Else the long ones begin, and short ones fill up the end. */
const LONG_FIRST = ['e2e', 'sim', 'unit', 'sandbox', 'tag', 'house']

/** What takes longest of all, in this order; a fresh clone knows no more of a file than its size. */
const LONG_FILES = [
  'e2e/relay-kill',
  'e2e/relay-nats',
  'e2e/journeys',
  'e2e/dashboard',
  'e2e/relay-hostile',
  'e2e/tag-faults',
  'e2e/tag-powers',
  'e2e/consent-example',
  'relay/privacy/clear',
  'relay/outbox/nats/several',
]

const isLacking = (): boolean => !(hasChromium() && findNats())

/** Place in a list; after all of it where it does not stand there. */
const placeIn = (list: readonly string[], is: (one: string) => boolean): number => {
  const place = list.findIndex(is)
  return place === -1 ? list.length : place
}

/** Where a file of a project stands in the order: less comes first. */
export const placeOf = (project: string, path: string, lacking: boolean): [number, number] => [
  placeIn(lacking ? WHILE_INSTALLING : LONG_FIRST, (name) => name === project),
  placeIn(LONG_FILES, (name) => path.endsWith(`${name}.test.ts`)),
]

/** Project by project, in each of them what is known to be long before vitest's own order. */
export class Order extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const lacking = isLacking()
    const placed = (await super.sort(files)).map((file) => ({
      file,
      place: placeOf(file.project.name, file.moduleId, lacking),
    }))
    placed.sort((a, b) => a.place[0] - b.place[0] || a.place[1] - b.place[1])
    return placed.map(({ file }) => file)
  }
}

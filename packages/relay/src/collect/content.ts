import { MAX_ITEM_BYTES } from '@wmkt/protocol'
import { parseBatch } from '@wmkt/protocol/parse'
import { Problem } from '../http/problem.ts'
import { createBatchScanner, type PlainBatch } from '../scan/batch.ts'
import type { Frame } from '../scan/frame.ts'
import { anyType } from '../scan/plain-type.ts'
import type { Glance } from '../schema/glance.ts'
import type { ArrivedBody } from './arrived-body.ts'
import type { ItemPolicy } from './sift.ts'

/** What a body says: plain events all through, or items to be parsed one by one. */
export type Content = { frame: Frame; keyed: boolean } & (
  | ({ kind: 'plain'; judgedBy: Glance['mark'] } & Pick<PlainBatch, 'events' | 'layouts'>)
  | { kind: 'items'; items: readonly unknown[]; bodyBytes: number }
)

/** Where nobody looks at types. */
const UNJUDGED: Glance = { types: anyType, mark: undefined }

export type ContentPolicy = ItemPolicy & { projectId: string }

/**
 * A body → the batch in it, which is for this project. What is plain is read at a glance; all else is parsed, and ends
 * alike.
 *
 * @throws Problem BODY_NOT_JSON, BATCH_INVALID, VERSION_UNKNOWN, PROJECT_UNKNOWN
 */
export const createContentReader = (
  policy: ContentPolicy,
): ((body: ArrivedBody, keyed: boolean) => Content) => {
  const scan = createBatchScanner()
  /** Whether nothing but the items themselves can be a reason to refuse one. */
  const mayBePlain = ({ raw }: ArrivedBody, keyed: boolean): boolean =>
    raw.length <= MAX_ITEM_BYTES && (keyed || !policy.browserEventTypes)
  const plainIn = (body: ArrivedBody, keyed: boolean): Content | undefined => {
    const { types, mark } = policy.judge?.glance() ?? UNJUDGED
    const found = mayBePlain(body, keyed) ? scan(body.raw, types) : undefined
    const { consent = 'granted' } = found?.frame ?? {}
    if (!found || consent !== 'granted') return undefined
    const { frame, events, layouts } = found
    return { kind: 'plain', keyed, frame, events, layouts, judgedBy: mark }
  }
  const parsedIn = (body: ArrivedBody, keyed: boolean): Content => {
    const parsed = parseBatch(body.parsed())
    if (!parsed.ok) throw new Problem(parsed.code, parsed.detail)
    const { items, ...frame } = parsed.batch
    return { kind: 'items', keyed, frame, items, bodyBytes: body.raw.length }
  }
  return (body, keyed) => {
    const content = plainIn(body, keyed) ?? parsedIn(body, keyed)
    const { projectId } = content.frame
    if (projectId !== undefined && projectId !== policy.projectId)
      throw new Problem('PROJECT_UNKNOWN', 'projectId: not the project of this relay')
    return content
  }
}

/** Items in the batch. */
export const countIn = (content: Content): number =>
  content.kind === 'plain' ? content.events.length : content.items.length

import { isWrongRevision, type Link } from './link.ts'
import type { Names } from './names.ts'
import type { View } from './view.ts'

/**
 * Counts, once, an item that is in the stream although another of its nonce is or was: put anew by a sweep, or by a
 * relay that tried again at a new leader which had forgotten the message id.
 */
export const createCountCopy =
  ({ link, names, view }: { link: Link; names: Names; view: View }) =>
  async (seq: number): Promise<void> => {
    const once = { expect: { lastSubjectSequence: 0 } }
    try {
      await link.persist(() => link.js.publish(names.subject.requeued(seq), undefined, once))
    } catch (error) {
      if (isWrongRevision(error)) return
      throw error
    }
    view.requeued()
  }

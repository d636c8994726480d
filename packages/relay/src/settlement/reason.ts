import type { TrashError } from '@wmkt/api'
import { withoutValues } from '../telemetry/without-values.ts'

/** Why an event was trashed. The field is named while the upstream still names it by itself. */
export type Reason = { readonly field?: string; readonly message: string }

const MAX_LENGTH = 256

/**
 * Today an object with `field`, announced to become a plain text: both are read. Of the trashed data themselves nothing
 * stays in the words.
 */
export const reasonOf = (error: TrashError, data?: unknown): Reason => {
  const words = typeof error === 'string' ? error : (error.message ?? 'refused')
  const message = withoutValues(words, data).slice(0, MAX_LENGTH)
  if (typeof error === 'string') return { message }
  return typeof error.field === 'string' ? { field: error.field.slice(0, MAX_LENGTH), message } : { message }
}

import type { TrashError } from '@wmkt/api'

/** Why an event was trashed. The field is named while the upstream still names it by itself. */
export type Reason = { readonly field?: string; readonly message: string }

const MAX_LENGTH = 256

/** Today an object with `field`, announced to become a plain text: both are read. */
export const reasonOf = (error: TrashError): Reason => {
  if (typeof error === 'string') return { message: error.slice(0, MAX_LENGTH) }
  const message = (error.message ?? 'refused').slice(0, MAX_LENGTH)
  return typeof error.field === 'string' ? { field: error.field.slice(0, MAX_LENGTH), message } : { message }
}

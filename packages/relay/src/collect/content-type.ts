import { Problem } from '../http/problem.ts'

/** Beacons may come without a type; whatever is named must be JSON or plain text, in UTF-8. */
const READ = /^(application\/json|text\/plain)\s*(;\s*charset="?utf-?8"?\s*)?$/i

/** @throws Problem TYPE_UNSUPPORTED */
export const refuseType = (contentType: string | undefined): void => {
  if (contentType === undefined || contentType === '' || READ.test(contentType.trim())) return
  throw new Problem('TYPE_UNSUPPORTED', 'expected application/json or text/plain;charset=UTF-8')
}

import { origin } from './front.mjs'

const headers = { 'content-type': 'application/json', authorization: 'Bearer a.b.c' }

/** @throws when the upstream cannot be reached, or answers anything but 2xx */
export const deliver = async (item) => {
  const answer = await fetch(`${origin}/api/v1/events`, {
    ...{ method: 'POST', headers, body: JSON.stringify(item) },
  })
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`the upstream answered ${answer.status}`)
}

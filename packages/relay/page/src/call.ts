/** Asks the relay. Undefined: nothing is under that path any more. */
export const call = async (method: 'GET' | 'POST' | 'DELETE', path: string): Promise<unknown> => {
  const answer = await fetch(`api/${path}`, { method, headers: { 'wmkt-admin': '1' } }).catch(() => {
    throw new Error('The relay does not answer')
  })
  if (answer.status === 404) return undefined
  // The session has ended: the page itself asks for the token.
  if (answer.status === 401) location.reload()
  const body: unknown = await answer.json()
  if (!answer.ok) throw new Error(problemIn(body) ?? `The relay answered ${answer.status}`)
  return body
}

const problemIn = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'detail' in body
    ? `The relay refused it: ${String(body.detail)}`
    : undefined

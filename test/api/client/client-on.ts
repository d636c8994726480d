import { type ClientOptions, createClient, type TokenSource } from '@wmkt/api/client'
import { type Answer, startServer } from '../local-server.ts'

/** Tokens `token-1`, `token-2`…: another each time one is refused. */
export const makeTokens = () => {
  let count = 1
  const renewed: string[] = []
  const tokens: TokenSource = {
    token: async () => `token-${count}`,
    renew: async (refused) => {
      renewed.push(refused)
      count += 1
      return `token-${count}`
    },
    onChange: () => () => {},
    health: () => ({ kind: 'static', state: 'ok' }),
    stop: () => {},
  }
  return { tokens, renewed }
}

/** A client of a real local server that answers as told; pauses are as short as chance allows. */
export const clientOn = async (answer: Answer, options: Partial<ClientOptions> = {}) => {
  const server = await startServer(answer)
  const { tokens, renewed } = makeTokens()
  const client = createClient({
    apiUrl: `${server.url}/api/v1`,
    tokens,
    projectId: 'demo-shop',
    random: () => 0,
    ...options,
  })
  return { client, server, renewed }
}

/** What a promise rejects with. */
export const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('expected a rejection')
}

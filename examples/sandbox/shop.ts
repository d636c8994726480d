import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { createClient, createServiceAccountTokens } from '@wmkt/api/client'

/** Where the shop's API is: a sandbox in tests, the real one otherwise. */
export type Settings = {
  readonly projectId: string
  readonly apiUrl: string
  readonly oauthUrl: string
  readonly keyFile: string
}

const createRecorder = ({ projectId, apiUrl, oauthUrl, keyFile }: Settings) => {
  const tokens = createServiceAccountTokens({ keyFile, oauthUrl })
  const client = createClient({ apiUrl, projectId, tokens })
  const record = (eventType: string, data: Record<string, unknown>) =>
    client.createEvent({ eventType, nonce: randomUUID(), data })
  return { record, stop: () => tokens.stop() }
}

/** What the shop does when somebody has paid: the code under test. */
export const recordPurchase = async (settings: Settings): Promise<void> => {
  const { record, stop } = createRecorder(settings)
  await record('purchase', { order_id: randomUUID(), amount: { amount: 49.9, currency: 'EUR' } })
  stop()
}

const FORM = `<!doctype html><title>Contact</title><form method="post">
<label>E-mail <input name="email" type="email"></label> <button>Send</button></form>`

const fieldsOf = async (req: IncomingMessage) => Object.fromEntries(new URLSearchParams(await text(req)))

/** The shop's site: one contact form, recorded by its server. */
export const startShop = async (settings: Settings) => {
  const { record, stop } = createRecorder(settings)
  const server = createServer(async (req, res) => {
    if (req.method === 'POST') await record('contact-form', await fieldsOf(req))
    res.setHeader('Content-Type', 'text/html').end(req.method === 'POST' ? '<p>Thank you</p>' : FORM)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const close = () => {
    stop()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

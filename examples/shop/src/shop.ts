import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ApiClient, ApiError } from '@wmkt/api/client'
import express, { type Router } from 'express'
import helmet from 'helmet'

const PUBLIC_DIR = fileURLToPath(new URL('../public', import.meta.url))

/** The snippet is the page's only inline script; its hash lets a strict policy allow just that. */
const snippetHash = (): string => {
  const page = readFileSync(`${PUBLIC_DIR}/index.html`, 'utf8')
  const snippet = /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? ''
  return `'sha256-${createHash('sha256').update(snippet).digest('base64')}'`
}

const policy = () =>
  helmet({
    contentSecurityPolicy: {
      directives: { scriptSrc: ["'self'", snippetHash()], upgradeInsecureRequests: null },
    },
    strictTransportSecurity: false,
  })

/** What the relay's admin listener says of one nonce. */
type Fate = { state: string; upstreamId?: string }

export type ShopOptions = {
  /** What became of a nonce; undefined when nothing is known of it. */
  fateOf: (nonce: string) => Fate | undefined
  client: ApiClient
  projectId: string
  /** Shown in the footer, by name. */
  links: Record<string, string>
}

/** The computed event, once the API has processed it. */
const eventOf = async (options: ShopOptions, id: string) => {
  try {
    const [event, raw] = await Promise.all([
      options.client.getEvent({ id }),
      options.client.getRawEvent({ id }),
    ])
    return {
      _id: event._id,
      eventDate: event.eventDate,
      eventType: event.eventType,
      trackerId: raw.trackerId,
    }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** A product page, a contact form and a purchase button; and, beside the page, what became of each item. */
export const createShop = (options: ShopOptions): Router => {
  const router = express.Router()
  router.get('/shop/links', (_req, res) => {
    res.json(options.links)
  })
  router.get('/shop/items/:nonce', async (req, res) => {
    const fate = options.fateOf(req.params.nonce)
    const event = fate?.upstreamId ? await eventOf(options, fate.upstreamId) : undefined
    res.set('Cache-Control', 'no-store').json({ ...fate, ...(event ? { event } : {}) })
  })
  router.use(policy(), express.static(PUBLIC_DIR))
  return router
}

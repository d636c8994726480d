import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ApiClient, ApiError } from '@wmkt/api/client'
import express, { type Router } from 'express'
import helmet from 'helmet'

const PUBLIC_DIR = fileURLToPath(new URL('../public', import.meta.url))

/** The snippet is the page's only inline script; its hash lets a strict policy allow just that. */
const snippetHash = (folder: string): string => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const snippet = /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? ''
  return `'sha256-${createHash('sha256').update(snippet).digest('base64')}'`
}

const pageHeaders = (folder: string) =>
  helmet({
    contentSecurityPolicy: {
      directives: { scriptSrc: ["'self'", snippetHash(folder)], upgradeInsecureRequests: null },
    },
    strictTransportSecurity: false,
  })

/** The page with the tag's own debugging switched on: `?debug`. */
const debugged = (folder: string): string =>
  readFileSync(join(folder, 'index.html'), 'utf8').replace(' data-project=', ' data-debug data-project=')

/** What the relay's admin listener says of one nonce. */
export type Fate = { state: string; upstreamId?: string }

export type ShopOptions = {
  /** What became of a nonce; undefined when nothing is known of it. */
  fateOf: (nonce: string) => Promise<Fate | undefined>
  client: ApiClient
  /** Shown in the footer, by name. */
  links: Record<string, string>
  /** The site's files, `index.html` among them. @default the shop's */
  folder?: string | undefined
}

/** The computed event with the tracker ID it was sent with; undefined while the API has not processed it. */
const eventOf = async (client: ApiClient, id: string) => {
  try {
    const [event, raw] = await Promise.all([client.getEvent({ id }), client.getRawEvent({ id })])
    return { ...event, trackerId: raw.trackerId }
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'not-found') return undefined
    throw error
  }
}

/** A product page, a contact form and a purchase button; and, beside the page, what became of each item. */
export const createShop = ({ fateOf, client, links, folder = PUBLIC_DIR }: ShopOptions): Router => {
  const router = express.Router()
  router.get('/shop/links', (_req, res) => {
    res.json(links)
  })
  router.get('/shop/items/:nonce', async (req, res) => {
    const fate = await fateOf(req.params.nonce)
    const event = fate?.upstreamId ? await eventOf(client, fate.upstreamId) : undefined
    res.set('Cache-Control', 'no-store').json({ ...fate, ...(event && { event }) })
  })
  router.get('/', (req, res, next) => {
    if (!/\?(.*&)?debug\b/.test(req.url)) return next()
    pageHeaders(folder)(req, res, () => res.type('html').send(debugged(folder)))
  })
  // Whatever the site, the shop's folder has the stand-in for Webmarketer's own script.
  const files = [express.static(folder), express.static(PUBLIC_DIR, { index: false })]
  return router.use(pageHeaders(folder), ...files)
}

import { once } from 'node:events'
import { createServer } from 'node:http'

// With these two the page's clock ticks in 5 µs instead of 100.
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const pageOf = ({ stub = '', attributes = '', boot }, url) => `<!doctype html><meta charset="utf-8">
<title>Shop</title><script>${stub}</script><script src="/tag.js" ${attributes}></script>
<script>${boot(url)}</script>`

/** What our relay would answer to this batch; the peers read nothing of it. */
const receiptOf = (text) => {
  const items = text.startsWith('{') ? (JSON.parse(text).items ?? []) : []
  return JSON.stringify({ accepted: items.length, duplicates: 0, rejected: [], held: [] })
}

/** A site of its own origin (a port) with one tag on its page, and the server the tag posts to: it answers well, or 503. */
export const openSite = async (tag, code, isUp) => {
  let posts = 0
  const server = createServer(async (req, res) => {
    const text = (await req.setEncoding('utf8').toArray()).join('')
    const url = `http://${req.headers.host}`
    if (req.url === '/') {
      const cookie = tag.cookie ? { 'Set-Cookie': tag.cookie } : {}
      return res.writeHead(200, { 'Content-Type': 'text/html', ...ISOLATED, ...cookie }).end(pageOf(tag, url))
    }
    if (req.url === '/tag.js') return res.writeHead(200, { 'Content-Type': 'text/javascript' }).end(code)
    if (req.method !== 'POST') return res.writeHead(404).end()
    posts += 1
    res.writeHead(isUp ? 202 : 503, { 'Content-Type': 'application/json' }).end(isUp ? receiptOf(text) : '{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${server.address().port}/`, posts: () => posts, close }
}

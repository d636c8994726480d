import type { RequestHandler } from 'express'
import type { Announcer } from './announcer.ts'

const BEAT_MS = 15_000

/** Server-sent events: one for each announcement, and a heartbeat that keeps proxies and tabs from giving up. */
export const createStream =
  (announcer: Announcer): RequestHandler =>
  (_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    res.write(': hello\n\n')
    const beat = setInterval(() => res.write(': beat\n\n'), BEAT_MS)
    const off = announcer.listen((announcement) => res.write(`data: ${JSON.stringify(announcement)}\n\n`))
    res.on('close', () => {
      clearInterval(beat)
      off()
    })
  }

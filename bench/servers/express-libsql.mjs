/** Yardstick: what a user would otherwise write. One durable transaction a request, on the main thread. */
import { join } from 'node:path'
import express from 'express'
import helmet from 'helmet'
import Database from 'libsql'
import { z } from 'zod'

const db = new Database(join(process.argv[2], 'events.db'))
db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
db.exec('CREATE TABLE events (nonce TEXT PRIMARY KEY, event TEXT NOT NULL) WITHOUT ROWID')
const insert = db.prepare('INSERT OR IGNORE INTO events VALUES (?, ?)')
const store = db.transaction((items) => {
  for (const item of items) insert.run(item.nonce, JSON.stringify(item))
})
const Item = z.object({
  kind: z.literal('event'),
  nonce: z.string().regex(/^[\w-]{1,64}$/),
  eventType: z.string().min(1).max(128),
  occurredAt: z.number(),
  trackerId: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
})
const Batch = z.object({ projectId: z.string(), sentAt: z.number(), items: z.array(Item).min(1).max(100) })

const app = express().use(helmet(), express.json({ limit: '1mb' }))
app.post('/collect', (req, res) => {
  const { items } = Batch.parse(req.body)
  store(items)
  res.status(202).json({ accepted: items.length })
})
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))

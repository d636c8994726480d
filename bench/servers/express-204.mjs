/** Yardstick: a bare stock Express 5 route that answers 204 and reads nothing. */
import express from 'express'

const app = express()
app.post('/collect', (_req, res) => {
  res.status(204).end()
})
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))

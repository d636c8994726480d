/** The relay as middleware of a stock Express app. */
import express from 'express'
import { createRelay } from '../../packages/relay/dist/index.js'
import { noForwarding, optionsIn } from './relay-options.mjs'
import { keepSchema } from './schema.mjs'

await keepSchema(process.argv[2])
const relay = createRelay(optionsIn(process.argv[2]), noForwarding)
await relay.start()
const app = express().use(relay.router)
const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))

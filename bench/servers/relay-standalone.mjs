/** The relay on listeners of its own: its folder, and how it judges events. */
import { createRelay, startStandalone } from '../../packages/relay/dist/index.js'
import { noForwarding, optionsIn } from './relay-options.mjs'
import { keepSchema } from './schema.mjs'

const [, , dataDir, validation = 'hold'] = process.argv
await keepSchema(dataDir)
const began = performance.now()
const relay = createRelay({ ...optionsIn(dataDir), validation }, noForwarding)
const host = '127.0.0.1'
const running = await startStandalone(relay, { host, port: 0, basePath: '/', adminHost: host, adminPort: 0 })
process.send({ port: running.public.port, readyMs: performance.now() - began })

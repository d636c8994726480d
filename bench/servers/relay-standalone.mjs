/** The relay on listeners of its own. */
import { createRelay, startStandalone } from '../../packages/relay/dist/index.js'
import { noForwarding, optionsIn } from './relay-options.mjs'
import { keepSchema } from './schema.mjs'

await keepSchema(process.argv[2])
const began = performance.now()
const relay = createRelay(optionsIn(process.argv[2]), noForwarding)
const host = '127.0.0.1'
const running = await startStandalone(relay, { host, port: 0, basePath: '/', adminHost: host, adminPort: 0 })
process.send({ port: running.public.port, readyMs: performance.now() - began })

/** A sandbox in a process of its own, as `wmkt-sandbox` is one; it also tells what its processor time is. */
import { startSandbox } from '../packages/sandbox/dist/index.js'

const sandbox = await startSandbox({ dataDir: process.argv[2], latencyMs: 0 })
const { api, oauth, url, credentials } = sandbox
process.on('message', async (ask) => {
  if (ask === 'stop') return sandbox.stop().then(() => process.disconnect())
  const { user, system } = process.cpuUsage()
  process.send({ cpuMs: (user + system) / 1000, rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20) })
})
process.send({ api, oauth, url, credentials })

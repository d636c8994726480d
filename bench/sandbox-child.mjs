/** A sandbox in a process of its own, as `wmkt-sandbox` is one; it also tells what its processor time is. */
import { startSandbox } from '../packages/sandbox/dist/index.js'

const sandbox = await startSandbox({ dataDir: process.argv[2], latencyMs: 0 })
const { api, oauth, url, credentials } = sandbox
const orders = {
  usage: () => {
    const { user, system } = process.cpuUsage()
    return {
      cpuMs: Math.round((user + system) / 1000),
      rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
    }
  },
  stop: () => sandbox.stop(),
}
process.on('message', async (order) => process.send((await orders[order]()) ?? 'done'))
process.on('disconnect', () => process.exit())
process.send({ api, oauth, url, credentials })

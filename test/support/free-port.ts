import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Kernels give connections ports from 32,768 on, some from higher up. Of one below no connection gets hold between
 * its being found and its use, nor while the server that has it is dead for a moment. (Browsers refuse 10,080.)
 */
const FIRST = 10_100
/** Each worker of a run has ports of its own; of two runs each begins somewhere else. */
const SLICE = 2_500
const SLICES = 9

const first = FIRST + (Number(process.env.VITEST_POOL_ID ?? 0) % SLICES) * SLICE
let next = Math.floor(Math.random() * SLICE)

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

/** A port that is free now, and that nothing else of this run takes. */
export const freePort = async (): Promise<number> => {
  const port = first + next
  next = (next + 1) % SLICE
  return (await isFree(port)) ? port : freePort()
}

import { mkdir, open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { tryLock } from 'fs-native-extensions'
import type { Clock } from '../../clock.ts'

/** Who owns an outbox folder. */
export type Holder = { pid: number; host: string; since: string }

/** Another process owns the folder, and two writers would destroy it. */
export class OutboxOwned extends Error {
  override readonly name = 'OutboxOwned'
  readonly holder: string
  constructor(dir: string, holder: string) {
    super(`the outbox in ${dir} is owned by ${holder}`)
    this.holder = holder
  }
}

const POLL_MS = 50
/** The clock's timers let a process end that has nothing else to do, and one that waits for its folder has nothing else yet. */
const STAY_MS = 60_000

/**
 * Takes the folder for this process: a lock of the kernel's on `owner.lock`, gone with the process however it dies.
 * The file says for people who holds it; its content decides nothing.
 *
 * @param waitMs how long a holder may take to leave, as in a rolling restart
 * @returns the way to give it up
 * @throws OutboxOwned
 */
export const takeOwnership = async (
  dir: string,
  clock: Clock,
  waitMs: number,
): Promise<() => Promise<void>> => {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const file = await open(join(dir, 'owner.lock'), 'a+', 0o600)
  const stay = setInterval(() => {}, STAY_MS)
  try {
    const until = clock.now() + waitMs
    while (!tryLock(file.fd)) {
      if (clock.now() >= until) throw new OutboxOwned(dir, holderIn(await file.readFile('utf8')))
      await new Promise<void>((resolve) => clock.after(POLL_MS, resolve))
    }
    await file.truncate(0)
    await file.write(`${JSON.stringify(makeHolder(clock.now()))}\n`)
    return () => file.close()
  } catch (error) {
    await file.close()
    throw error
  } finally {
    clearInterval(stay)
  }
}

const makeHolder = (now: number): Holder => ({
  pid: process.pid,
  host: hostname(),
  since: new Date(now).toISOString(),
})

const holderIn = (text: string): string => {
  const told = /"pid":(\d+),"host":"([^"]*)","since":"([^"]*)"/.exec(text)
  return told ? `process ${told[1]} on ${told[2]} since ${told[3]}` : 'a process that has not told its name'
}

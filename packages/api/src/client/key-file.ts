import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseServiceAccountKey, type ServiceAccount, type ServiceAccountKey } from './service-account-key.ts'

/** The service account in force, whether it came from a file or by hand. */
export type AccountSource = {
  account(): ServiceAccount
  /** Why the file as it is now cannot be used; the account read before stays in force. */
  problem(): string | undefined
  close(): void
}

/** Read again and again, not notified: notifications miss replaced mounts and network disks, times of change are too coarse. */
const POLL_MS = 1000

const accountFrom = (name: string, input: string | ServiceAccountKey): ServiceAccount => {
  const parsed = parseServiceAccountKey(input)
  if ('reason' in parsed) throw new TypeError(`${name}: ${parsed.reason}`)
  return parsed.account
}

/** As the system says it: EACCES and ENOENT are mended in different places. */
const unreadable = (error: unknown): string =>
  error instanceof Error && 'code' in error ? `cannot be read (${error.code})` : 'cannot be read'

const readAtStart = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new TypeError(`key file ${path}: ${unreadable(cause)}`, { cause })
  }
}

/**
 * Opens a key file and keeps watch over it. A file caught half-written is left alone until it parses again.
 *
 * @param onReplaced called after other content has taken effect
 * @throws TypeError when the file cannot be read or is no service-account key
 */
export const openKeyFile = (path: string, onReplaced: () => void, pollMs = POLL_MS): AccountSource => {
  let text = readAtStart(path)
  let account = accountFrom(`key file ${path}`, text)
  let problem: string | undefined

  const take = (found: string): void => {
    if (found === text) {
      problem = undefined
      return
    }
    const parsed = parseServiceAccountKey(found)
    problem = 'reason' in parsed ? `key file ${path}: ${parsed.reason}` : undefined
    if ('reason' in parsed) return
    text = found
    account = parsed.account
    onReplaced()
  }
  const look = async (): Promise<void> => {
    try {
      take(await readFile(path, 'utf8'))
    } catch (error) {
      problem = `key file ${path}: ${unreadable(error)}`
    }
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
  }, pollMs).unref()
  return { account: () => account, problem: () => problem, close: () => clearInterval(timer) }
}

/** A key given by hand: never replaced. @throws TypeError when it is no service-account key */
export const heldKey = (key: ServiceAccountKey): AccountSource => {
  const account = accountFrom('service-account key', key)
  return { account: () => account, problem: () => undefined, close: () => {} }
}

/** W3C WebDriver over HTTP, as much of it as a tab needs: https://www.w3.org/TR/webdriver2/ */
export type Session = {
  /** Opens a window of its own, so that none hides another; resolves to its handle. */
  newWindow(): Promise<string>
  visit(handle: string, url: string): Promise<void>
  /** The value of the expression in that window's page, awaited there. */
  evaluate<T>(handle: string, expression: string): Promise<T>
  closeWindow(handle: string): Promise<void>
  /** Ends the session, and with it the browser. */
  end(): Promise<void>
}

const call = async <T>(method: string, url: string, body?: object): Promise<T> => {
  const response = await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  const { value }: { value: T } = await response.json()
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${JSON.stringify(value)}`)
  return value
}

/** A driver answers once it listens. */
export const untilReady = async (driver: string, timeoutMs = 20_000): Promise<void> => {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const ready = await call<{ ready: boolean }>('GET', `${driver}/status`).catch(() => undefined)
    if (ready?.ready) return
    if (Date.now() > deadline) throw new Error(`no WebDriver answers at ${driver}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The answer of a script, which reports its own failure: drivers name errors of a promise in too many ways. */
type Answer<T> = { value: T } | { failure: string }

const scriptOf = (expression: string): string => `
  const answer = arguments[arguments.length - 1]
  Promise.resolve().then(() => ${expression}).then((value) => answer({ value }), (error) => answer({ failure: String(error) }))`

/** Starts a browser behind a driver that is ready. */
export const openSession = async (driver: string): Promise<Session> => {
  const { sessionId } = await call<{ sessionId: string }>('POST', `${driver}/session`, {
    capabilities: { alwaysMatch: {} },
  })
  const session = `${driver}/session/${sessionId}`
  let turn: Promise<unknown> = Promise.resolve()

  /** A session has one current window: whoever acts in a window switches to it first, and the others wait. */
  const inWindow = <T>(handle: string, method: string, path: string, body?: object): Promise<T> => {
    const mine = turn.then(async () => {
      await call('POST', `${session}/window`, { handle })
      return call<T>(method, `${session}${path}`, body)
    })
    turn = mine.catch(() => undefined)
    return mine
  }

  const home = await call<string>('GET', `${session}/window`)
  return {
    async newWindow() {
      const { handle } = await inWindow<{ handle: string }>(home, 'POST', '/window/new', { type: 'window' })
      return handle
    },
    async visit(handle, url) {
      await inWindow(handle, 'POST', '/url', { url })
    },
    async evaluate<T>(handle: string, expression: string) {
      const script = { script: scriptOf(expression), args: [] }
      const answer = await inWindow<Answer<T>>(handle, 'POST', '/execute/async', script)
      if ('failure' in answer) throw new Error(answer.failure)
      return answer.value
    },
    async closeWindow(handle) {
      await inWindow(handle, 'DELETE', '/window')
    },
    async end() {
      await call('DELETE', session)
    },
  }
}

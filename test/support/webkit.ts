import { spawn } from 'node:child_process'
import { freePort } from './free-port.ts'
import type { Engine, Tab } from './tab.ts'
import { callOf } from './tab.ts'
import { openSession, type Session, untilReady } from './webdriver.ts'
import { startDisplay } from './xvfb.ts'

const tabOf = (session: Session, handle: string): Tab => ({
  visit: (url) => session.visit(handle, url),
  run: (work, ...args) => session.evaluate(handle, callOf(work, args)),
  close: () => session.closeWindow(handle),
})

/**
 * WebKitGTK's MiniBrowser on a display of its own. It is not Safari (its tracking prevention is not covered), but it is the engine
 * that drops a request without keepalive at once when the page goes.
 */
export const launchWebKit = async (): Promise<Engine> => {
  const display = await startDisplay()
  const port = await freePort()
  const env = { ...process.env, DISPLAY: display.name }
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], { env, stdio: 'ignore' })
  const stop = (): void => {
    driver.kill()
    display.stop()
  }
  process.once('exit', stop)
  await untilReady(`http://127.0.0.1:${port}`)
  const session = await openSession(`http://127.0.0.1:${port}`)
  return {
    open: async () => tabOf(session, await session.newWindow()),
    async close() {
      await session.end()
      stop()
    },
  }
}

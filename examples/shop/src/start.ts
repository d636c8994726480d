import { exitCodeOf, gather, lineOf, main, readEnvFile } from '@wmkt/relay/cli'
import { startDemo } from './demo.ts'

/** What a real relay cannot do without; any of them set means that no demo is wanted. */
const REAL = ['WMKT_PROJECT_ID', 'WEBMARKETER_APPLICATION_CREDENTIALS', 'WMKT_ACCESS_TOKEN']

const runDemo = async (env: Readonly<Record<string, string | undefined>>, folder?: string): Promise<void> => {
  console.log('No project is configured: starting the demo, with the SANDBOX in place of Webmarketer …')
  const onSandboxExit = (code: number | null) =>
    console.error(
      `The sandbox ended unasked (exit code ${code}); what arrives now waits in the relay's outbox.`,
    )
  const demo = await startDemo(env, onSandboxExit, folder)
  console.log(`
  Demo shop     ${demo.url}
  Relay         ${demo.url}collect
  Dashboard     ${demo.adminUrl}
  SANDBOX       ${demo.sandboxUrl}

  Press a button in the shop and watch what becomes of it. Stop with Ctrl-C.
`)
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    console.log('Stopping …')
    await demo.stop()
    console.log('Stopped. What was recorded is kept for the next start.')
    process.exit(0)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

try {
  const texts = gather(process.env, readEnvFile('.env'))
  const real = process.env.NODE_ENV === 'production' || REAL.some((name) => texts.has(name))
  await (real ? main(process.argv.slice(2)) : runDemo(Object.fromEntries(texts), process.argv[2]))
} catch (error) {
  console.error(lineOf(error))
  process.exit(exitCodeOf(error))
}

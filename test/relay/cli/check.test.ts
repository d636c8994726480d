import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SandboxChild, startSandboxChild } from '../../support/chain.ts'
import { runCli } from '../../support/terminal.ts'

let sandbox: SandboxChild
beforeAll(async () => {
  sandbox = await startSandboxChild()
})
afterAll(async () => {
  await sandbox?.child.end()
})

const environment = () => ({
  WMKT_PROJECT_ID: sandbox.projectId,
  WMKT_API_URL: sandbox.api,
  WMKT_OAUTH_URL: sandbox.oauth,
  WEBMARKETER_APPLICATION_CREDENTIALS: sandbox.credentials,
})

test('check exchanges a token, reads the event types and ends with 0', async () => {
  const ran = await runCli(['check'], { env: environment() })
  expect(ran).toMatchObject({
    code: 0,
    err: '',
    out: expect.stringContaining(`event types of ${sandbox.projectId}`),
  })
  const json = await runCli(['check', '--json'], { env: environment() })
  expect(JSON.parse(json.out)).toEqual({ projectId: sandbox.projectId, ok: true })
})

test('a project that is not there ends with 1 and one line', async () => {
  const ran = await runCli(['check'], { env: { ...environment(), WMKT_PROJECT_ID: 'no-such-project' } })
  expect(ran).toMatchObject({ code: 1, out: '' })
  expect(ran.err).toMatch(
    /^wmkt-relay: the event types of no-such-project could not be read: the API answered 40[34]\n$/,
  )
})

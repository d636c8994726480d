import { readFile } from 'node:fs/promises'
import { type Sandbox, startSandbox } from '@wmkt/sandbox'
import { importPKCS8, SignJWT } from 'jose'
import { beforeAll, inject } from 'vitest'
import { given } from './given.ts'
import { createDatabase } from './postgres.ts'
import { makeDataDir } from './sandbox-folder.ts'

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** A JSON answer of the sandbox, taken apart. */
export type Answer = {
  readonly status: number
  readonly body: Awaited<ReturnType<Response['json']>>
  readonly headers: Headers
}

/** A running sandbox and a caller that holds a token for it. */
export type Box = {
  readonly sandbox: Sandbox
  /** The access token in use. */
  readonly token: string
  /** Calls the API with the token; paths below the project start with `~`. */
  call(method: string, path: string, body?: unknown): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown): Promise<Answer>
  patch(path: string, body?: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Posts an event with a nonce of its own and waits until it is computed or refused. */
  sync(eventType: string, data: object, more?: object): Promise<Answer>
}

/** The key file's content. */
export const readKeyFile = async (path: string): Promise<Record<string, string>> =>
  JSON.parse(await readFile(path, 'utf8'))

/** A service-account assertion as the official SDK makes it, parts of it replaced on demand. */
export const makeAssertion = async (
  sandbox: Sandbox,
  change: {
    kid?: string
    iss?: string
    sub?: string
    aud?: string
    exp?: string | number
    pem?: string
  } = {},
): Promise<string> => {
  const key = await readKeyFile(sandbox.credentials)
  return new SignJWT({ scope: 'full_access' })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: change.kid ?? key.privateKeyId ?? '' })
    .setIssuer(change.iss ?? key.clientId ?? '')
    .setSubject(change.sub ?? key.serviceAccountEmail ?? '')
    .setAudience(change.aud ?? `${sandbox.oauth}/token`)
    .setExpirationTime(change.exp ?? '300s')
    .sign(await importPKCS8(change.pem ?? key.privateKey ?? '', 'RS256'))
}

/** Posts a form to the token endpoint. */
export const postToken = async (sandbox: Sandbox, form: Record<string, string>): Promise<Answer> => {
  const response = await fetch(`${sandbox.oauth}/token`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: response.status, body: await response.json(), headers: response.headers }
}

/** Exchanges a fresh assertion for an access token. */
export const fetchToken = async (sandbox: Sandbox): Promise<string> => {
  const answer = await postToken(sandbox, { grant_type: JWT_BEARER, assertion: await makeAssertion(sandbox) })
  return answer.body.access_token
}

const callWith = async (
  sandbox: Sandbox,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> => {
  const url = `${sandbox.api}${path.replace(/^~/, `/projects/${sandbox.projectId}`)}`
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json(), headers: response.headers }
}

let nonces = 0

/** A nonce no other event of the test run has. */
export const makeNonce = (): string => `nonce-${process.pid}-${Date.now()}-${nonces++}`

const AS_STARTED = {
  ...{ strict: false, latencyMs: 0, tokenLifeS: 3600 },
  ...{ anonymousEvents: false, trashSyncRefusals: false, plainTrashErrors: false },
}

const postgresServer = async () => (inject('onPostgres') ? given('postgres') : undefined)

const openBox = async (dataDir: string): Promise<Box> => {
  const server = await postgresServer()
  const database = server && 'url' in server ? { databaseUrl: await createDatabase(server.url) } : {}
  const sandbox = await startSandbox({ dataDir, logLevel: 'error', ...AS_STARTED, ...database })
  const token = await fetchToken(sandbox)
  const call: Box['call'] = (method, path, body) => callWith(sandbox, token, method, path, body)
  return {
    ...{ sandbox, token, call },
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path),
    sync: (eventType, data, more = {}) =>
      call('POST', '/events/sync', {
        projectId: sandbox.projectId,
        eventType,
        nonce: makeNonce(),
        data,
        ...more,
      }),
  }
}

/** The worker's own sandbox, shared by all its test files: it ends with the worker. */
let shared: Promise<Box> | undefined

/** The shared sandbox as new: no events, no faults, the settings as at its start. */
const takeShared = async (): Promise<Box> => {
  shared ??= makeDataDir().then(openBox)
  const box = await shared
  await box.sandbox.reset()
  box.sandbox.set({ ...AS_STARTED })
  return box
}

/** A sandbox as new for all tests of a file. */
export const useBox = (): Box => {
  let box: Box | undefined
  beforeAll(async () => {
    const server = await postgresServer()
    if (!server || 'url' in server) box = await takeShared()
  })
  const open = (): Box => {
    if (!box) throw new Error('the sandbox is not open before the tests run')
    return box
  }
  return {
    get sandbox() {
      return open().sandbox
    },
    get token() {
      return open().token
    },
    call: (...args) => open().call(...args),
    get: (...args) => open().get(...args),
    post: (...args) => open().post(...args),
    patch: (...args) => open().patch(...args),
    delete: (...args) => open().delete(...args),
    sync: (...args) => open().sync(...args),
  }
}

import { createSign } from 'node:crypto'
import { request } from 'node:http'
import type { Sandbox } from '@wmkt/sandbox'
import { JWT_BEARER, readKeyFile } from './sandbox.ts'

type Scalar = string | number | boolean | null
type Params = Readonly<Record<string, Scalar>>
type Answer = { readonly status: number; readonly body: Awaited<ReturnType<Response['json']>> }

/** The official PHP SDK's calls, as they are on the wire; each rejects where the SDK throws. */
export type PhpSdk = {
  readonly token: string
  get(path: string, params?: Params): Promise<Answer['body']>
  /** One page: the SDK adds `limit` and `offset` behind the caller's own parameters. */
  page(path: string, params?: Params): Promise<Answer['body']>
  post(path: string, body: object): Promise<Answer['body']>
  patch(path: string, body: object): Promise<Answer['body']>
  delete(path: string): Promise<Answer['body']>
}

/** PHP's `json_encode`: slashes and all that is not ASCII escaped. */
const phpJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** PHP's `http_build_query`: nulls left out, booleans as 0 and 1, spaces as plus signs. */
const phpQuery = (params: Params): string =>
  new URLSearchParams(
    Object.entries(params).flatMap(([key, value]) =>
      value === null ? [] : [[key, String(typeof value === 'boolean' ? Number(value) : value)]],
    ),
  )
    .toString()
    .replaceAll('*', '%2A')

/** Not `fetch`, which drops a bare question mark and adds headers of its own. */
const exchange = (url: string, method: string, headers: Record<string, string>, body?: string) =>
  new Promise<Answer>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const path = url.slice(url.indexOf('/', 'http://'.length))
    const sent =
      body === undefined ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }
    const call = request({ hostname, port, path, method, headers: sent }, async (response) => {
      const text = (await response.setEncoding('utf8').toArray()).join('')
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) })
    })
    call.on('error', reject).end(body)
  })

/** Posts a form to the token endpoint as the SDK does. */
export const phpForm = (sandbox: Sandbox, form: Params): Promise<Answer> =>
  exchange(
    `${sandbox.oauth}/token`,
    'POST',
    { 'Content-Type': 'application/x-www-form-urlencoded' },
    phpQuery(form),
  )

const base64Json = (value: object): string => Buffer.from(phpJson(value)).toString('base64url')

/** The SDK's service-account exchange: an assertion without `iat`, `nbf` and `jti`. */
export const phpServiceAccount = async (sandbox: Sandbox): Promise<Answer> => {
  const {
    privateKeyId,
    privateKey = '',
    clientId = '',
    serviceAccountEmail,
  } = await readKeyFile(sandbox.credentials)
  const claims = {
    ...{ iss: clientId, sub: serviceAccountEmail, aud: `${sandbox.oauth}/token`, scope: 'full_access' },
    exp: Math.floor(Date.now() / 1000) + 300,
  }
  const signed = `${base64Json({ alg: 'RS256', typ: 'JWT', kid: privateKeyId })}.${base64Json(claims)}`
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')
  const assertion = `${signed}.${signature}`
  return phpForm(sandbox, { grant_type: JWT_BEARER, client_id: clientId, assertion })
}

const EXCEPTIONS = new Map([
  [400, 'BadRequestException'],
  [401, 'UnauthorizedException'],
  [404, 'EndpointNotFoundException'],
])

/** The SDK takes 200 and 201 for success, and nothing else. */
const bodyOrException = ({ status, body }: Answer): Answer['body'] => {
  if (status === 200 || status === 201) return body
  throw new Error(`${EXCEPTIONS.get(status) ?? 'GenericHttpException'} ${JSON.stringify(body)}`)
}

/** Speaks to the sandbox as the SDK does that holds the token; paths below the project start with `~`. */
export const createPhpSdk = (sandbox: Sandbox, token: string): PhpSdk => {
  const send = async (method: string, path: string, headers: Record<string, string>, body?: object) => {
    const own = { 'User-Agent': 'php-webmarketer-sdk/2.0.0', Authorization: `Bearer ${token}`, ...headers }
    const url = `${sandbox.api}/${path.replace(/^~/, `projects/${sandbox.projectId}`)}`
    return bodyOrException(await exchange(url, method, own, body && phpJson(body)))
  }
  const json = { 'Content-Type': 'application/json' }
  const get: PhpSdk['get'] = (path, params = {}) => send('GET', `${path}?${phpQuery(params)}`, {})
  return {
    ...{ token, get },
    page: (path, params = {}) => get(path, { ...params, limit: 10, offset: 0, ...params }),
    post: (path, body) => send('POST', path, json, body),
    patch: (path, body) => send('PATCH', path, json, body),
    delete: (path) => send('DELETE', path, {}),
  }
}

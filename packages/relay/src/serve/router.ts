import type { IncomingMessage, ServerResponse } from 'node:http'
import { type RequestHandler, Router } from 'express'
import type { BaseHeaders } from '../http/base-headers.ts'
import { Problem } from '../http/problem.ts'
import { ASSET_NAMES, type Asset } from './assets.ts'
import type { Scripts } from './scripts.ts'

const HOUR = 'public, max-age=3600'
const IMMUTABLE = 'public, max-age=31536000, immutable'

/** `GET {base}/tag.js` and its kin: compressed beforehand, for pages of any origin. */
export const createAssetRouter = (
  { assets, find }: Pick<Scripts, 'assets' | 'find'>,
  base: BaseHeaders,
): Router => {
  const router = Router()
  for (const name of ASSET_NAMES) {
    const asset = assets.get(name)
    router.get(`/${name}`, asset ? serve(asset, base, HOUR) : missing(name))
    if (asset) router.get(`/${asset.hashedName}`, serve(asset, base, IMMUTABLE))
  }
  const ofBefore: RequestHandler<{ name: string }> = (req, res, next) => {
    const asset = find(req.params.name)
    if (asset) serve(asset, base, IMMUTABLE)(req, res)
    else next()
  }
  return router.get('/:name', ofBefore)
}

const missing =
  (name: string): RequestHandler =>
  () => {
    throw new Problem('NOT_FOUND', `${name} is not built: npm run build`)
  }

const serve = (asset: Asset, base: BaseHeaders, cacheControl: string) => {
  const headers = {
    ...base,
    'access-control-allow-origin': '*',
    'cache-control': cacheControl,
    etag: asset.etag,
    vary: 'Accept-Encoding',
  }
  return (req: IncomingMessage, res: ServerResponse): void => {
    if (etagsOf(req.headers['if-none-match']).includes(asset.etag)) {
      res.writeHead(304, headers).end()
      return
    }
    const encoding = encodingOf(req.headers['accept-encoding'])
    const body = asset[encoding]()
    res.writeHead(200, {
      ...headers,
      'content-type': 'text/javascript; charset=utf-8',
      'content-length': body.length,
      ...(encoding !== 'plain' && { 'content-encoding': encoding }),
    })
    // Node leaves the body of an answer to HEAD out by itself.
    res.end(body)
  }
}

/** Compressing proxies mark an ETag as weak; it is the same file. */
const etagsOf = (header: string | undefined): string[] =>
  (header ?? '').split(',').map((etag) => etag.trim().replace(/^W\//, ''))

const encodingOf = (accept: string | string[] | undefined): 'br' | 'gzip' | 'plain' => {
  const accepted = String(accept ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().split(/\s*;\s*q=/))
    .filter(([, weight]) => weight === undefined || Number(weight) > 0)
    .map(([name]) => name)
  if (accepted.includes('br')) return 'br'
  return accepted.includes('gzip') ? 'gzip' : 'plain'
}

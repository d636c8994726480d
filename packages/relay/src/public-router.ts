import { type ErrorRequestHandler, Router } from 'express'
import type { CallerPolicy } from './collect/caller.ts'
import { createChargeLook } from './collect/charge-look.ts'
import { createAddressReader } from './collect/client-address.ts'
import { type Collect, type CollectOptions, createCollect } from './collect/collect.ts'
import { createRateLimit } from './collect/rate-limit.ts'
import { createCollectRouter } from './collect/router.ts'
import { createKeyCheck } from './collect/server-keys.ts'
import type { ItemPolicy } from './collect/sift.ts'
import type { Door } from './door.ts'
import type { ReadFate } from './fate/read-fate.ts'
import { createFateRouter } from './fate/router.ts'
import { publicHeaders } from './http/base-headers.ts'
import { createProblemHandler, createRefuse } from './http/problem-handler.ts'
import type { RelaySettings } from './options.ts'
import { createSchemaRouter, type SchemaRouterOptions } from './schema/router.ts'
import { createHealthRouter } from './serve/health.ts'
import { createAssetRouter } from './serve/router.ts'
import type { Scripts } from './serve/scripts.ts'
import type { Log } from './telemetry/log.ts'

export type PublicRouterOptions = {
  settings: RelaySettings
  door: Door
  log: Log
  /** Told of what collect answered with a problem. */
  onRefusal: (error: unknown) => void
  judge: ItemPolicy['judge']
  scripts: Scripts
  schema: SchemaRouterOptions['schema']
  fate: ReadFate
} & Omit<
  CollectOptions,
  'policy' | 'enter' | 'rateLimit' | 'addressOf' | 'headers' | 'bodyTimeoutMs' | 'refuse'
>

/** `collect`: the one route that matters for speed, for a server that asks it first. */
export type PublicRoutes = { router: Router; collect: Collect }

/** What strangers reach: collect, the tag's files, health; and what became of an item, with a key. */
export const createPublicRoutes = (options: PublicRouterOptions): PublicRoutes => {
  const { settings, door, log, onRefusal, scripts } = options
  const headers = publicHeaders()
  if (!scripts.assets.has('tag.js')) log.warn('tag.js is not built, /tag.js answers 404: npm run build')
  const policy = { ...settings, ...callerPolicyOf(settings), judge: options.judge }
  const refuse = createRefuse(log, headers)
  const rateLimit = createRateLimit(settings.rateLimit)
  const addressOf = createAddressReader(settings.trustProxy, log)
  const charge = createChargeLook({ ...options, rateLimit, addressOf })
  const collect = createCollect({
    ...options,
    policy,
    enter: door.enter,
    rateLimit,
    addressOf,
    refuse(res, error) {
      onRefusal(error)
      refuse(res, error)
    },
    headers,
    bodyTimeoutMs: settings.bodyTimeoutMs,
  })
  const countRefusal: ErrorRequestHandler = (error, _req, _res, next) => {
    onRefusal(error)
    next(error)
  }
  const router = Router().use(
    createCollectRouter({ collect, policy, headers }),
    countRefusal,
    createSchemaRouter({ ...options, policy, charge, headers }),
    createFateRouter({ ...options, policy, charge, headers }),
    createAssetRouter(scripts, headers),
    createHealthRouter(door.refusal, headers),
    createProblemHandler(log, headers),
  )
  return { router, collect }
}

const callerPolicyOf = ({ allowedOrigins, serverKeys, trustProxy }: RelaySettings): CallerPolicy => ({
  allowedOrigins,
  keysNeeded: serverKeys.length > 0,
  checkKey: createKeyCheck(serverKeys),
  trustProxy,
})

import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet, { type HelmetOptions } from 'helmet'

/** Headers of public answers: scripts and receipts are for other origins, nothing of ours is a document. */
const PUBLIC: HelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"] } },
  crossOriginResourcePolicy: { policy: 'cross-origin' },
  // TLS ends before us; whoever ends it decides for how long the host insists on it.
  strictTransportSecurity: false,
}

/** Nothing of the admin listener may be framed, sniffed or kept. */
const ADMIN: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      // No string becomes markup or script, whatever our own code tries.
      requireTrustedTypesFor: ["'script'"],
    },
  },
  // Without a referrer at all, browsers send a form of our own with a null Origin.
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: false,
}

export type BaseHeaders = Readonly<Record<string, string>>

/** Helmet's headers, taken once: they are the same for every answer, and helmet per request costs as much as parsing a batch. */
const headersOf = (options: HelmetOptions): BaseHeaders => {
  const req = new IncomingMessage(new Socket())
  const res = new ServerResponse(req)
  helmet(options)(req, res, () => {})
  return Object.freeze(
    Object.fromEntries(Object.entries(res.getHeaders()).map(([name, value]) => [name, String(value)])),
  )
}

export const publicHeaders = (): BaseHeaders => headersOf(PUBLIC)
export const adminHeaders = (): BaseHeaders => headersOf(ADMIN)

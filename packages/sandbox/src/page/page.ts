import { fileURLToPath } from 'node:url'
import express, { type RequestHandler, Router } from 'express'
import { loopbackOnly } from '../control/loopback.ts'

const FOLDER = fileURLToPath(new URL('../../page', import.meta.url))

/** Nothing but the page's own two files runs or styles it: an event's data cannot become script. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const guard: RequestHandler = (_req, res, next) => {
  res.set({
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
  })
  next()
}

/** The page at `/` that shows what arrived, for this machine only. */
export const createPage = (): Router =>
  Router()
    .get(['/', '/page.js', '/page.css'], loopbackOnly, guard)
    .use(express.static(FOLDER, { index: 'index.html', fallthrough: true, redirect: false }))

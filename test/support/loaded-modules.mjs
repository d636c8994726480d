/** Preloaded with `node --import`: at the end of the process its output tells every file it loaded, `loaded <path>` each. */
import { writeSync } from 'node:fs'
import { createRequire, register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

/** Node asks its loader on a thread of its own, which loads this file too. */
export const load = (url, context, next) => {
  writeSync(2, `loaded ${url}\n`)
  return next(url, context)
}

if (isMainThread) {
  register(import.meta.url)
  const { cache } = createRequire(import.meta.url)
  process.on('exit', () => {
    for (const path of Object.keys(cache)) writeSync(2, `loaded ${path}\n`)
  })
}

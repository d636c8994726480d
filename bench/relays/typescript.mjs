/** `typescript.ts` for node, which reads none of it. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
// As deep below the root as its sources: they find the root by their own place.
const outfile = at('../../.cache/relays/typescript.mjs')
await build({
  ...{ entryPoints: [at('./typescript.ts')], outfile, bundle: true, platform: 'node', format: 'esm' },
  ...{ packages: 'external', logLevel: 'warning' },
})

export const {
  aptInstall,
  ensureNats,
  ensureNewerNats,
  ensurePostgres,
  freePort,
  inPath,
  missingOf,
  plotOf,
  startNatsCluster,
  startNatsServer,
  startPostgres,
  tablesOf,
  tallyOf,
  until,
  withMeasured,
} = await import(outfile)

// The simulation by itself, without the test runner: npm run sim -- --seeds 10000 --from 1
import { build } from 'esbuild'

const outfile = '.cache/sim.mjs'
await build({
  entryPoints: ['test/sim/chain/run.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
})
await import(new URL(`../../${outfile}`, import.meta.url))

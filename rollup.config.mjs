import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'

/** Names of our own that never leave the bundle: they are shortened. Public names and those on disk or on the wire are not here. */
const INTERNAL = ['late', 'copied', 'live']

const smallest = terser({
  ecma: 2022,
  module: true,
  toplevel: true,
  compress: {
    passes: 4,
    unsafe_arrows: true,
    pure_getters: true,
    keep_fargs: false,
    booleans_as_integers: false,
    hoist_props: true,
  },
  // `builtins`: also where the browser has a property of that name, which none of ours is read from.
  mangle: { properties: { builtins: true, regex: new RegExp(`^(${INTERNAL.join('|')})$`) } },
  format: { comments: false },
})

/** Rollup ends a file with a line break, which costs a visitor 16 bytes. */
const lastByte = {
  name: 'last-byte',
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) chunk.code = chunk.code.trimEnd()
  },
}

const bundle = (input, file, format) => ({
  input: `packages/tag/dist/es/${input}`,
  output: { file: `packages/tag/dist/${file}`, format, plugins: [smallest, lastByte] },
  plugins: [nodeResolve()],
  // The tag loads it from beside itself, when it is asked to debug.
  external: ['./debug.js'],
  makeAbsoluteExternalsRelative: false,
})

export default [
  bundle('script.js', 'tag.js', 'iife'),
  bundle('index.js', 'tag.mjs', 'es'),
  bundle('debug.js', 'debug.js', 'es'),
  bundle('worker.js', 'sw.js', 'iife'),
  bundle('worker.js', 'sw.mjs', 'es'),
]

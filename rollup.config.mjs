import { nodeResolve } from '@rollup/plugin-node-resolve'
import { minify } from 'terser'

/** Names of our own that never leave the bundle: they are shortened. Public names and those on disk or on the wire are not here. */
const INTERNAL = ['late', 'copied', 'live']

/** Bytes are what counts, to as many passes as still take one off; where nobody waits for it, one does. */
const small = (passes) => ({
  name: 'small',
  renderChunk: (code) =>
    minify(code, {
      ecma: 2022,
      module: true,
      toplevel: true,
      compress: {
        passes,
        unsafe_arrows: true,
        pure_getters: true,
        keep_fargs: false,
        booleans_as_integers: false,
        hoist_props: true,
      },
      // `builtins`: also where the browser has a property of that name, which none of ours is read from.
      mangle: { properties: { builtins: true, regex: new RegExp(`^(${INTERNAL.join('|')})$`) } },
      format: { comments: false },
    }),
})

/** Rollup ends a file with a line break, which costs a visitor 16 bytes. */
const lastByte = {
  name: 'last-byte',
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) chunk.code = chunk.code.trimEnd()
  },
}

const bundle = (input, file, format, passes = 3) => ({
  input: `packages/tag/dist/es/${input}`,
  output: { file: `packages/tag/dist/${file}`, format, plugins: [small(passes), lastByte] },
  plugins: [nodeResolve()],
  // The tag loads it from beside itself, when it is asked to debug.
  external: ['./debug.js'],
  makeAbsoluteExternalsRelative: false,
})

export default [
  bundle('script.js', 'tag.js', 'iife'),
  bundle('index.js', 'tag.mjs', 'es'),
  bundle('debug.js', 'debug.js', 'es', 1),
  bundle('worker.js', 'sw.js', 'iife'),
  bundle('worker.js', 'sw.mjs', 'es'),
]

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib'

/** The tag's files, as its build names them. */
export const ASSET_NAMES = ['tag.js', 'tag.mjs', 'sw.js', 'debug.js'] as const
export type AssetName = (typeof ASSET_NAMES)[number]

export type Asset = {
  name: AssetName
  /** `tag.<hash>.js`: under this name the bytes never change. */
  hashedName: string
  etag: string
  /** Subresource integrity: `sha384-…`. */
  integrity: string
  plain: () => Buffer
  /** Compressed when it is first asked for: debug.js, which hardly anybody asks for, is large. */
  br: () => Buffer
  gzip: () => Buffer
}

export type Assets = ReadonlyMap<AssetName, Asset>

const require = createRequire(import.meta.url)

/** Reads one of the tag's built files; undefined when it was not built. */
const read = (name: AssetName): Buffer | undefined => {
  try {
    return readFileSync(require.resolve(`@wmkt/tag/dist/${name}`))
  } catch {
    return undefined
  }
}

export const makeAsset = (name: AssetName, plain: Buffer): Asset => {
  const hash = createHash('sha256').update(plain).digest('hex').slice(0, 16)
  return {
    name,
    hashedName: name.replace('.', `.${hash}.`),
    etag: `"${hash}"`,
    integrity: `sha384-${createHash('sha384').update(plain).digest('base64')}`,
    plain: () => plain,
    br: once(() => brotliCompressSync(plain, { params: { [zlib.BROTLI_PARAM_QUALITY]: qualityFor(plain) } })),
    gzip: once(() => gzipSync(plain, { level: 9 })),
  }
}

/** The last percents of a large file would hold up everybody else for half a second. */
const qualityFor = (plain: Buffer): number => (plain.length > LARGE_BYTES ? 5 : 11)
const LARGE_BYTES = 65_536

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Reads once, at the start. */
export const loadAssets = (readAsset: (name: AssetName) => Buffer | undefined = read): Assets => {
  const assets = new Map<AssetName, Asset>()
  for (const name of ASSET_NAMES) {
    const plain = readAsset(name)
    if (plain) assets.set(name, makeAsset(name, plain))
  }
  return assets
}

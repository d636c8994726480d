import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../telemetry/log.ts'
import { type Asset, type AssetName, type Assets, makeAsset } from './assets.ts'

/**
 * The scripts of this version, and of those before it. Pages ask for them under the hashed names that were pasted into
 * them, with an `integrity` that no other bytes satisfy: an upgrade must not take them away.
 */
export interface Scripts {
  /** Of this version. */
  readonly assets: Assets
  /** Puts down what is served now, and finds what is there. Not to be able to is said, and no reason not to start. */
  keep(): void
  /** Of versions before, by hashed name; undefined for what is not there, or is not what it was. */
  find(hashedName: string): Asset | undefined
}

/** What snippets name; the rest is asked for by its plain name. */
const PASTED: readonly AssetName[] = ['tag.js', 'tag.mjs']
const KEPT = /^tag\.[0-9a-f]{16}\.m?js$/

/** What is kept lies in `<dataDir>/tag`. */
export const createScripts = (dataDir: string, assets: Assets, log: Log): Scripts => {
  const dir = join(dataDir, 'tag')
  const names = new Set<string>()
  const read = new Map<string, Asset>()
  return {
    assets,
    keep() {
      try {
        for (const name of PASTED) putDown(dir, assets.get(name))
        for (const name of readdirSync(dir)) if (KEPT.test(name)) names.add(name)
      } catch (error) {
        log.warn({ err: error }, 'scripts of this version cannot be kept for pages that will still name them')
      }
    },
    find(hashedName) {
      if (!names.has(hashedName)) return undefined
      const known = read.get(hashedName) ?? readFrom(dir, hashedName)
      if (known) read.set(hashedName, known)
      else names.delete(hashedName)
      return known
    },
  }
}

/** Beside, then renamed: under its name it is whole. */
const putDown = (dir: string, asset: Asset | undefined): void => {
  if (!asset) return
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, asset.hashedName)
  writeFileSync(`${path}.new`, asset.plain())
  renameSync(`${path}.new`, path)
}

const readFrom = (dir: string, hashedName: string): Asset | undefined => {
  try {
    const name: AssetName = hashedName.endsWith('.mjs') ? 'tag.mjs' : 'tag.js'
    const asset = makeAsset(name, readFileSync(join(dir, hashedName)))
    return asset.hashedName === hashedName ? asset : undefined
  } catch {
    return undefined
  }
}

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'))

const installedVersion = (name) => {
  const path = `${folder}node_modules/${name}/package.json`
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : undefined
}

/** The peers into this folder, from its own lockfile, unless they are there. */
export const installPeers = () => {
  if (Object.entries(dependencies).every(([name, version]) => installedVersion(name) === version)) return
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    ...{ cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  })
}

/** `name version` of each. */
export const peerVersions = () => Object.keys(dependencies).map((name) => `${name} ${installedVersion(name)}`)

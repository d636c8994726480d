// node deploy/backup.mjs <outbox folder> <new file>
// A consistent copy of the outbox while its relay runs: one read transaction, written out compactly.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [folder, target] = process.argv.slice(2)
if (!folder || !target || existsSync(target) || !existsSync(join(folder, 'outbox.mdb'))) {
  process.stderr.write('usage: node deploy/backup.mjs <outbox folder> <new file>\n')
  process.exit(2)
}
// For its owner's eyes only, as the outbox itself.
process.umask(0o077)
const require = createRequire(new URL('../packages/relay/package.json', import.meta.url))
const { open } = require('lmdb')
const outbox = open({ path: join(folder, 'outbox.mdb'), noSubdir: true, readOnly: true, maxDbs: 32 })
await outbox.backup(target, true)
await outbox.close()

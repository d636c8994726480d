import { generateKeyPair } from 'node:crypto'
import { rename, stat, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { eq } from 'drizzle-orm'
import { makeSecret } from '../ids.ts'
import type { Database } from '../storage/database.ts'
import { agentKeys, agents, workspaces } from '../storage/schema.ts'

const makePair = () =>
  promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

/** Written aside and moved into place: a start killed halfway leaves no half a key file. */
const writeSecret = async (path: string, content: string): Promise<void> => {
  await writeFile(`${path}.new`, content, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Makes a key pair for the service account: public half stored, private half into the file, mode 600. */
export const issueKeyFile = async (db: Database, path: string): Promise<void> => {
  const [account] = await db
    .select()
    .from(agents)
    .innerJoin(workspaces, eq(workspaces.id, agents.workspaceId))
    .limit(1)
  if (!account) throw new Error('no service account: the project was not set up')
  const { publicKey, privateKey } = await makePair()
  const kid = makeSecret().slice(0, 22)
  await db.insert(agentKeys).values({ kid, agentId: account.agents.id, publicKey })
  const file = {
    clientId: account.workspaces.clientId,
    serviceAccountEmail: account.agents.email,
    privateKeyId: kid,
    privateKey,
  }
  await writeSecret(path, `${JSON.stringify(file, null, 2)}\n`)
}

/** Writes the key file when it is not there. */
export const ensureKeyFile = async (db: Database, path: string): Promise<void> => {
  if (!(await exists(path))) await issueKeyFile(db, path)
}

import express from 'express'

/** Origin of the upstream, URL of the store and settings of this contender, as the bench hands them over. */
export const [origin, storeUrl, settings] = process.argv.slice(2)

/**
 * The Express app around a contender. `account` is asked by the bench when all is over: which of these nonces are still
 * going to be delivered (`waiting`), which are kept for a person (`setAside`).
 */
export const openFront = (collect, account) => {
  const app = express().use(express.json()).post('/collect', collect)
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  process.on('message', async ({ missing }) => process.send(await account(missing)))
  process.on('disconnect', () => process.exit())
}

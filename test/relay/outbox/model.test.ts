import { describe, test } from 'vitest'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { behavesLikeModel, MAX_BACKLOG } from './against-model.ts'
import { makeLmdbFolder } from './lmdb/lmdb-folder.ts'

describe('whatever is done to it, an outbox is where its model is', () => {
  test('in memory', async () => {
    await behavesLikeModel(async (clock) => {
      const outbox = createMemoryOutbox({ clock, maxBacklog: MAX_BACKLOG })
      return { outbox, restart: async () => undefined, dispose: outbox.close }
    }, 200)
  })

  test('on disk, over restarts', { timeout: 60_000 }, async () => {
    await behavesLikeModel(async (clock) => {
      const folder = await makeLmdbFolder()
      let outbox = await folder.open({ clock, maxBacklog: MAX_BACKLOG })
      const restart = async () => {
        await outbox.close()
        outbox = await folder.open({ clock, maxBacklog: MAX_BACKLOG })
        return outbox
      }
      return { outbox, restart, dispose: folder.dispose }
    }, 40)
  })
})

import { singleOf } from './intakes.ts'
import { makeLmdbFolder } from './lmdb-folder.ts'
import { outboxCases } from './outbox-cases.ts'

outboxCases('lmdb', async (clock, maxBacklog) => {
  const folder = await makeLmdbFolder()
  const outbox = await folder.open({
    clock,
    single: singleOf,
    ...(maxBacklog !== undefined && { maxBacklog }),
  })
  return { outbox, dispose: folder.dispose }
})

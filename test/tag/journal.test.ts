import { expect, test } from 'vitest'
import { createJournal } from '../../packages/tag/src/debug/journal.ts'

const start = () => {
  const journal = createJournal(() => {})
  const record = (nonce?: string) => {
    const entry = journal.record('event', 'lead', {})
    if (nonce) journal.resolved(entry, nonce)
    return entry
  }
  return { ...journal, record }
}

test('an item is recorded, stored, and ends; each is found by its nonce', () => {
  const { record, hear } = start()
  const [one, two] = [record('a'), record('b')]
  expect([one.state, two.state]).toEqual(['recorded', 'recorded'])
  hear({ kind: 'event', nonce: 'b' })
  hear({ kind: 'event', nonce: 'a', ending: 'delivered', code: 'FIELD_MISSING' })
  expect([one.state, one.why, two.state]).toEqual(['delivered', 'FIELD_MISSING', 'stored'])
})

test('what was refused at the call gets its nonce and its reason from the news', () => {
  const { record, resolved, hear } = start()
  const entry = record()
  resolved(entry, null)
  expect(entry.state).toBe('refused')
  hear({ kind: 'event', nonce: 'x', ending: 'rejected', code: 'ITEM_TOO_LARGE', message: 'why' })
  expect(entry).toMatchObject({ nonce: 'x', state: 'rejected', why: 'ITEM_TOO_LARGE: why' })
})

test('news of what this page did not record is an item of its own', () => {
  const { entries, hear } = start()
  hear({ kind: 'interaction', nonce: 'y', ending: 'duplicate' })
  expect(entries).toMatchObject([{ nonce: 'y', kind: 'interaction', state: 'duplicate' }])
  expect(entries[0]?.type).toBeUndefined()
})

test('a hundred items are kept, the latest', () => {
  const { entries, record } = start()
  for (let i = 0; i < 150; i += 1) record(`n${i}`)
  expect([entries.length, entries[0]?.nonce]).toEqual([100, 'n50'])
})

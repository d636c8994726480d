import type { Edit } from './compile.ts'

/** A bug as somebody might write it into the shipped source, and what it is found by. */
export type Bug = { name: string; edits: Edit[]; found: RegExp }

const TAG = 'tag/src/tag.ts'

export const BUGS: Bug[] = [
  {
    name: 'a tag that deletes before it has the receipt',
    edits: [
      {
        file: TAG,
        from: 'const response = await send(rows)',
        to: 'await onDisk((store) => rows.map((row) => store.delete(row.key)))\n      const response = await send(rows)',
      },
    ],
    found: /^lost/,
  },
  {
    name: 'an acknowledgement by position',
    edits: [
      {
        file: TAG,
        from: 'await onDisk((store) => fates.map(([row]) => store.delete(row.key)))',
        to: `const first = (await onDisk((store) => store.getAll(rangeOf(lane), fates.length)))?.result as Row[] ?? []
    await onDisk((store) => first.map((row) => store.delete(row.key)))`,
      },
    ],
    found: /^lost/,
  },
  {
    name: 'a nonce memory that is not read at the start',
    edits: [
      {
        file: 'relay/src/outbox/lmdb/nonces/nonce-memory.ts',
        from: 'gathering.restore(generation, seqOfKey(key), rows)',
        to: 'void [generation, seqOfKey, rows]',
      },
    ],
    found: /^doubled/,
  },
  {
    name: 'a mark that is forgotten',
    edits: [
      {
        file: 'relay/src/outbox/lmdb/settle.ts',
        from: 'change(place, { attempting: true })',
        to: 'change(place, { attempting: false })',
      },
    ],
    found: /^doubled/,
  },
  {
    name: 'a lease that overlooks what came meanwhile',
    edits: [
      {
        file: 'relay/src/forward/supply.ts',
        from: 'lane.dry = leased.length < max && !lane.stirred',
        to: 'lane.dry = leased.length < max',
      },
    ],
    found: /^held by the relay for ever/,
  },
]

import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createJoinCorked } from '../../../packages/relay/src/forward/join-corked.ts'

/** A stream, and what was handed to the system at a time. */
const makeStream = () => {
  const handed: string[] = []
  const stream = new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _, done) {
      handed.push(chunk.toString('latin1'))
      done()
    },
    writev(chunks, done) {
      handed.push(`${chunks.length} pieces`)
      done()
    },
  })
  createJoinCorked()(stream)
  return { stream, handed }
}

test('head and body that are corked go out as one piece, byte for byte', () => {
  const { stream, handed } = makeStream()
  for (const body of ['é', 'x'.repeat(100_000)]) {
    stream.cork()
    stream.write('head \u00e9\r\n', 'latin1')
    stream.write(Buffer.from(body, 'latin1'))
    expect(handed).toEqual([])
    stream.uncork()
    expect(handed.splice(0)).toEqual([`head \u00e9\r\n${body}`])
  }
})

test('what is not corked goes out as it comes, and who waits for it is told', async () => {
  const { stream, handed } = makeStream()
  stream.cork()
  stream.uncork()
  await new Promise<void>((resolve) => stream.write('\u00e9', 'latin1', () => resolve()))
  stream.write(Buffer.from('second'))
  stream.cork()
  stream.write('third', 'latin1')
  stream.uncork()
  expect(handed).toEqual(['\u00e9', 'second', 'third'])
})

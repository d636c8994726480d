import { createNames } from './names.ts'

/** Names kept as texts. A stranger may name any: what is beyond is made a text of each time. */
const MOST = 512

/** The name of an event type that lies there, without its quotes. */
export const createTypeNames = (): ((bytes: Buffer, from: number, to: number) => string) => {
  const names = createNames<string>()
  return (bytes, from, to) => {
    const known = names.find(bytes, from, to)
    if (known !== undefined) return known
    const name = bytes.toString('utf8', from, to)
    if (names.size < MOST) names.add(Buffer.from(bytes.subarray(from, to)), name)
    return name
  }
}

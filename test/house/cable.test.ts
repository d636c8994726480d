import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Cable, layCable } from '../support/cable.ts'
import { eventually } from '../support/eventually.ts'

/** The network that tests cut: what was on its way in a pulled cable arrives, in a refused one it does not. */
let cable: Cable
let heard: string
let near: Socket
const ends: (() => void)[] = []
beforeEach(async () => {
  heard = ''
  const server = createServer((socket) => socket.on('data', (data) => (heard += data))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  cable = await layCable(typeof address === 'object' && address ? address.port : 0)
  near = await dial()
  ends.push(() => server.close())
})
afterEach(async () => {
  await cable.stop()
  for (const end of ends.splice(0)) end()
})

const dial = async (): Promise<Socket> => {
  const socket = connect(cable.port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  ends.push(() => socket.destroy())
  return socket
}
const hears = (text: string) => eventually(() => expect(heard).toBe(text))

test('a whole cable lets through', async () => {
  near.write('a')
  await hears('a')
  expect(cable.connections()).toBe(1)
})

test('a pulled cable tells nobody: old connections and new ones wait, and go on when it is mended', async () => {
  near.write('a')
  await hears('a')
  cable.cut('pulled')
  near.write('b')
  const later = await dial()
  later.write('c')
  await eventually(() => expect(cable.connections()).toBe(2))
  expect([heard, near.destroyed, later.destroyed]).toEqual(['a', false, false])
  cable.mend()
  await eventually(() => expect([...heard].sort().join('')).toBe('abc'))
})

test('a refusing cable ends what goes through it, and takes nothing new until it is mended', async () => {
  near.write('a')
  await hears('a')
  cable.cut('refused')
  await once(near, 'close')
  await once(await dial(), 'close')
  cable.mend()
  const later = await dial()
  later.write('b')
  await hears('ab')
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readUuid, UUID_BYTES, writeUuid } from '../../packages/relay/src/uuid-bytes.ts'

test('a UUID comes back from its bytes as it was, and touches no others', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.nat(5), (uuid, at) => {
      const bytes = Buffer.alloc(UUID_BYTES + 8, 0xaa)
      expect(writeUuid(uuid, bytes, at)).toBe(true)
      expect(readUuid(bytes, at)).toBe(uuid)
      const around = [...bytes.subarray(0, at), ...bytes.subarray(at + UUID_BYTES)]
      expect(around.every((byte) => byte === 0xaa)).toBe(true)
    }),
  )
})

const UUID = '0193a1b2-c3d4-7ef0-8abc-def012345678'
test.each([
  ...['', UUID.slice(1), `${UUID}0`, UUID.toUpperCase(), UUID.replace('-', '0'), UUID.replace('d', 'g')],
  ...[UUID.replace('0193', '0-93'), UUID.replace('8', 'é'), UUID.replaceAll('-', '_')],
])('no canonical UUID: %s', (text) => expect(writeUuid(text, Buffer.alloc(UUID_BYTES), 0)).toBe(false))

test('no digit of it may be anything else, and then nothing is written', () => {
  fc.assert(
    fc.property(
      fc.nat(UUID.length - 1),
      fc.constantFrom('g', 'A', '/', ':', '`', 'é', '\u0130', '-'),
      (at, other) => {
        fc.pre(UUID[at] !== other)
        const bytes = Buffer.alloc(UUID_BYTES, 0xaa)
        expect(writeUuid(UUID.slice(0, at) + other + UUID.slice(at + 1), bytes, 0)).toBe(false)
        expect(bytes.every((byte) => byte === 0xaa)).toBe(true)
      },
    ),
  )
})

/**
 * A collect request as the tag sends it: ten events of about 440 bytes, of three event types. Its nonces are written in
 * place before each sending, so that making the input is not what is measured.
 */
const TYPES = ['page-view', 'page-view', 'add-to-cart', 'page-view', 'page-view', 'add-to-cart', 'page-view']
const SLOT = '00000000-0000-7000-8000-000000000000'
const HEX = Buffer.from('0123456789abcdef')

const data = {
  email: 'somebody@shop.test',
  page: 'https://www.shop.test/catalogue/gardening/tools?page=2',
  referrer: 'https://www.search.test/',
  amount: 12_345,
  currency: 'EUR',
  label: 'x'.repeat(100),
}
const eventOf = (index, eventType = TYPES[index] ?? 'purchase') => ({
  trackerId: 'ru1cc7QHeklGu2_',
  occurredAt: Date.now(),
  kind: 'event',
  nonce: SLOT,
  eventType,
  data,
})

/** All of one length, so that nonces lie in the same places whatever the types. */
export const typeName = (number) => `type-${String(number).padStart(4, '0')}`

/**
 * @param events in the batch
 * @param typeOf an event's place in it → its type
 */
export const bodyOf = (events = 10, typeOf = () => undefined) => {
  const items = Array.from({ length: events }, (_, index) => eventOf(index, typeOf(index)))
  const frame = {
    v: 1,
    sentAt: Date.now(),
    consent: 'granted',
    projectId: 'demo-shop',
    evicted: 0,
    storage: 'disk',
  }
  return Buffer.from(JSON.stringify({ items, ...frame }))
}

/** The request as bytes, and where its nonces lie. */
export const requestOf = ({ port, path }, body = bodyOf()) => {
  const host = `127.0.0.1:${port}`
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Content-Type: application/json',
    `Origin: http://${host}`,
    'Sec-Fetch-Site: same-origin',
    'Cookie: ndrstnd=ru1cc7QHeklGu2_',
    `Content-Length: ${body.length}`,
  ]
  const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
  return { bytes, slots: slotsIn(bytes) }
}

/** Where the nonces lie. */
export const slotsIn = (bytes) => {
  const slots = []
  for (let at = bytes.indexOf(SLOT); at >= 0; at = bytes.indexOf(SLOT, at + 1)) slots.push(at)
  return slots
}

const writeHex = (bytes, at, digits, value) => {
  let rest = value
  for (let end = at + digits - 1; end >= at; end -= 1) {
    bytes[end] = HEX[rest % 16]
    rest = Math.floor(rest / 16)
  }
}

/** A UUIDv7 of `at` (epoch ms) into the slot; `at` undefined: a UUID of chance alone. */
export const writeNonce = (bytes, slot, at) => {
  const time = at ?? Math.floor(Math.random() * 2 ** 48)
  writeHex(bytes, slot, 8, Math.floor(time / 65_536))
  writeHex(bytes, slot + 9, 4, time % 65_536)
  writeHex(bytes, slot + 15, 3, Math.floor(Math.random() * 4_096))
  writeHex(bytes, slot + 20, 3, Math.floor(Math.random() * 4_096))
  writeHex(bytes, slot + 24, 6, Math.floor(Math.random() * 2 ** 24))
  writeHex(bytes, slot + 30, 6, Math.floor(Math.random() * 2 ** 24))
}

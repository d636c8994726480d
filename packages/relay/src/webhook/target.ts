import { type createTaker, OptionError, text } from '../option.ts'

/** Where deliveries are told, and what they are signed with. */
export type WebhookTarget = { readonly url: string; readonly key: Uint8Array }

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/
const PREFIX = 'whsec_'
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const LEAST_BYTES = 24
const MOST_BYTES = 64

/** A query may bear a secret of the receiver's: the address is shown no more than one. */
const address = text('an https URL (http on loopback only)', (value) => isAddress(value), true)
const secret = text('whsec_ and 24 to 64 bytes in base64', (value) => keyOf(value) !== undefined, true)

const isAddress = (value: string): boolean => {
  if (!URL.canParse(value)) return false
  const { protocol, hostname, username, password, hash } = new URL(value)
  if (username || password || hash) return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))
}

const keyOf = (value: string): Uint8Array | undefined => {
  const written = value.startsWith(PREFIX) ? value.slice(PREFIX.length) : ''
  if (!BASE64.test(written)) return undefined
  const key = Buffer.from(written, 'base64')
  return key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : undefined
}

/** What it needs of the outbox: a list of deliveries, which one in a folder alone keeps, and for as long as they are kept. */
export type WebhookGround = { isShared: boolean; keepDeliveredMs: number }

/** @throws OptionError when one of the two is missing or wrong, or the outbox keeps no list of deliveries */
export const takeTarget = (
  take: ReturnType<typeof createTaker>,
  { isShared, keepDeliveredMs }: WebhookGround,
): WebhookTarget | undefined => {
  const url = take.optional('webhookUrl', address)
  const written = take.optional('webhookSecret', secret)
  if (url === undefined && written === undefined) return undefined
  if (url === undefined) throw new OptionError('webhookUrl', address.expected, 'nothing')
  const key = written === undefined ? undefined : keyOf(written)
  if (!key) throw new OptionError('webhookSecret', secret.expected, 'nothing')
  if (isShared) throw new OptionError('webhookUrl', 'none with an outbox on NATS', 'one')
  if (keepDeliveredMs === 0) throw new OptionError('keepDeliveredMs', 'a time, for the webhook', '0')
  return { url, key }
}

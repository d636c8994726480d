import { createHmac, timingSafeEqual } from 'node:crypto'

/** When the relay first saw a tracker ID, as its companion cookie tells. */
export type FirstSight =
  /** Epoch ms. */
  | { kind: 'seen'; at: number }
  /** No companion, or one of another tracker ID. */
  | { kind: 'new' }
  /** Not written by this relay: whoever wrote it may want the cookie to live for ever. */
  | { kind: 'forged' }

export interface FirstSights {
  write(trackerId: string, at: number): string
  read(companion: string | undefined, trackerId: string): FirstSight
}

// seconds since the epoch . keyed hash of the tracker ID . signature over both
const FORM = /^(\d{1,12})\.([\w-]{43})\.([\w-]{43})$/

/** @param key secret of this relay, 32 bytes */
export const createFirstSights = (key: Buffer): FirstSights => {
  const hmac = (text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  const tagOf = (trackerId: string): string => hmac(`tracker ${trackerId}`)
  const signatureOf = (seconds: string, tag: string): string => hmac(`sight ${seconds}.${tag}`)
  return {
    write(trackerId, at) {
      const seconds = String(Math.floor(at / 1000))
      const tag = tagOf(trackerId)
      return `${seconds}.${tag}.${signatureOf(seconds, tag)}`
    },
    read(companion, trackerId) {
      if (companion === undefined) return { kind: 'new' }
      const [, seconds = '', tag = '', signature = ''] = FORM.exec(companion) ?? []
      if (!same(signature, signatureOf(seconds, tag))) return { kind: 'forged' }
      return tag === tagOf(trackerId) ? { kind: 'seen', at: Number(seconds) * 1000 } : { kind: 'new' }
    },
  }
}

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

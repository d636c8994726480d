import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether an `Authorization` header bears one of the keys. */
export type CheckKey = (authorization: string | undefined) => boolean

/** Digests are of one length, and all are compared: time tells nothing of any key. */
export const createKeyCheck = (keys: readonly string[]): CheckKey => {
  const digests = keys.map(digestOf)
  return (authorization) => {
    const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    if (key === undefined) return false
    const digest = digestOf(key)
    return digests.reduce((found, one) => timingSafeEqual(one, digest) || found, false)
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

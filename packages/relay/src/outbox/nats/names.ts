import { createHash } from 'node:crypto'
import type { Kind } from '@wmkt/protocol'
import { keyBytes, nonceKey } from '../nonce-key.ts'
import type { Lane } from '../outbox.ts'

/** What everything of one project is called at the server: streams, buckets, subjects. */
export type Names = {
  /** The work queue: what is held. */
  items: string
  letters: string
  /** One message for each redrive there ever was: its last sequence number is their count. */
  redriven: string
  /** The same for items that lay in the queue beside another of their nonce. */
  requeued: string
  /** The same for items that became letters. */
  burials: string
  /** The same for repeats. */
  repeats: string
  /** Bucket: what became of each nonce. */
  nonces: string
  /** Bucket: what relays tell each other. */
  shared: string
  /** Not stored: says in which lanes there is work. */
  hints: string
  subject: {
    items: string
    item(lane: Lane, nonce: string): string
    lane(lane: Lane): string
    letters: string
    letter(kind: Kind, nonce: string): string
    redriven: string
    redrivenOf(key: string, round: number): string
    requeued: string
    requeuedAt(seq: number): string
    burials: string
    burialOf(key: string, round: number): string
    repeat: string
  }
}

/** @param projectId a slug: no dots, no wildcards */
export const namesOf = (prefix: string, projectId: string): Names => {
  const named = (what: string) => `${prefix}_${projectId}_${what}`
  const root = `${prefix}.${projectId}`
  return {
    items: named('items'),
    letters: named('letters'),
    redriven: named('redriven'),
    requeued: named('requeued'),
    burials: named('burials'),
    repeats: named('repeats'),
    nonces: named('nonces'),
    shared: named('shared'),
    hints: `${root}.hints`,
    subject: {
      items: `${root}.items.>`,
      item: (lane, nonce) => `${root}.items.${tokensOf(lane)}.${nonce}`,
      lane: (lane) => `${root}.items.${tokensOf(lane)}.*`,
      letters: `${root}.letters.>`,
      letter: (kind, nonce) => `${root}.letters.${kind}.${nonce}`,
      redriven: `${root}.redriven.>`,
      redrivenOf: (key, round) => `${root}.redriven.${key}.${round}`,
      requeued: `${root}.requeued.*`,
      requeuedAt: (seq) => `${root}.requeued.${seq}`,
      burials: `${root}.burials.>`,
      burialOf: (key, round) => `${root}.burials.${key}.${round}`,
      repeat: `${root}.repeats`,
    },
  }
}

const PLAIN = /^[\w-]{1,64}$/

/** A lane as two tokens of a subject. What is not fit for one is written in base64url behind a `=`. */
const tokensOf = (lane: Lane): string => {
  const colon = lane.indexOf(':')
  const [kind, type] = [lane.slice(0, colon), lane.slice(colon + 1)]
  return `${kind}.${PLAIN.test(type) ? type : `=${Buffer.from(type).toString('base64url')}`}`
}

/** The lane of a subject whose last token is a nonce, or stands for one. */
export const laneOfSubject = (subject: string): Lane => {
  const [kind = '', token = ''] = subject.split('.').slice(-3)
  const type = token.startsWith('=') ? Buffer.from(token.slice(1), 'base64url').toString() : token
  return `${kind}:${type}`
}

/** Kind and nonce of a letter's subject. */
export const letterOfSubject = (subject: string): { kind: Kind; nonce: string } => {
  const [kind, nonce = ''] = subject.split('.').slice(-2)
  return { kind: kind === 'interaction' ? 'interaction' : 'event', nonce }
}

/** A lane's consumer. Its name becomes that of a file, and files may not be named at any length. */
export const consumerOf = (lane: Lane): string => {
  const name = tokensOf(lane).replace('.', '-')
  return name.length <= 80 ? name : `long-${createHash('sha256').update(lane).digest('base64url')}`
}

/** The lane of a consumer's name; undefined when that was too long to say. */
export const laneOfConsumer = (name: string): Lane | undefined => {
  const [, kind, token] = /^(event|interaction)-(.+)$/s.exec(name) ?? []
  return kind === undefined ? undefined : laneOfSubject(`${kind}.${token}.`)
}

/** The key of a nonce in its bucket: as in the nonce memory of LMDB, so that it can be carried over. */
export const nonceKeyOf = ({ kind, nonce }: { kind: Kind; nonce: string }): string => {
  const key = nonceKey(kind, nonce)
  return key ? keyText(keyBytes(key)) : ''
}

export const keyText = (key: Uint8Array): string =>
  Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('base64url')

/** The key of a lane's pause in the shared bucket. */
export const pauseKeyOf = (lane: Lane): string => `pause.${tokensOf(lane)}`

/** The lane of such a key. */
export const laneOfKey = (key: string): Lane => laneOfSubject(`${key}.`)

import { copyOfLedger } from '../ledger.ts'
import type { Ledger } from '../outbox.ts'

/** What the outbox knows of itself, written in every transaction with what it counts. */
export type Books = {
  /** Of the next batch; never used twice. */
  nextSeq: number
  /** Which generation of the nonce memory takes new nonces: 0 or 1. */
  generation: number
  /** Epoch ms at which it began. */
  rotatedAt: number
  ledger: Ledger
}

export const copyOfBooks = ({ nextSeq, generation, rotatedAt, ledger }: Books): Books => ({
  nextSeq,
  generation,
  rotatedAt,
  ledger: copyOfLedger(ledger),
})

/** Of the file. With it filters of nonces became larger: a relay of before would misread them, and take repeats for new. */
const FORMAT = 4
const READABLE: readonly number[] = [3, FORMAT]
const LENGTH = 10 * 8

export const encodeBooks = ({ nextSeq, generation, rotatedAt, ledger }: Books): Buffer => {
  const { received, held, buried, delivered, dropped, duplicates } = ledger
  const bytes = Buffer.allocUnsafe(LENGTH)
  const numbers = [
    FORMAT,
    nextSeq,
    generation,
    rotatedAt,
    received,
    held,
    buried,
    delivered,
    dropped,
    duplicates,
  ]
  for (const [at, number] of numbers.entries()) bytes.writeDoubleBE(number, at * 8)
  return bytes
}

/** @throws Error when the bytes are of another format */
export const decodeBooks = (bytes: Buffer): Books => {
  if (bytes.length !== LENGTH || !READABLE.includes(bytes.readDoubleBE(0)))
    throw new Error('books of an unknown format')
  const number = (at: number): number => bytes.readDoubleBE(at * 8)
  const ledger = {
    received: number(4),
    held: number(5),
    buried: number(6),
    delivered: number(7),
    dropped: number(8),
    duplicates: number(9),
  }
  return { nextSeq: number(1), generation: number(2), rotatedAt: number(3), ledger }
}

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** LMDB's file as bytes: just enough of its format (data version 2) to tell a sound file from a torn one. */
export interface PageFile {
  /** The newest of the two meta pages; undefined when there is none. */
  meta(): Meta | undefined
  page(number: number): Buffer | undefined
  /** Whole pages in the file. */
  readonly pages: number
  close(): void
}

export type Meta = {
  /** Number of the last page ever used. The file may be shorter when the last ones are free. */
  lastPage: number
  txn: number
  /** Of the list of free pages, and of the table of tables. */
  roots: readonly number[]
}

export const PAGE_BYTES = 4_096
/** The root of a tree with nothing in it. */
export const NO_PAGE = Number(0xffff_ffff_ffff_ffffn)
const META_FLAG = 0x08
const MAGIC = 0xbeefc0de
const VERSION = 2

/** A page number or the like: 8 bytes, little-endian. */
export const numberAt = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at))
export const flagsOf = (page: Buffer): number => page.readUInt16LE(18)

/** @throws when there is no such file, or it may not be read */
export const openPageFile = (path: string): PageFile => {
  const fd = openSync(path, 'r')
  const pages = Math.floor(fstatSync(fd).size / PAGE_BYTES)
  const page = (number: number): Buffer | undefined => {
    const bytes = Buffer.allocUnsafe(PAGE_BYTES)
    return number < pages && readSync(fd, bytes, 0, PAGE_BYTES, number * PAGE_BYTES) === PAGE_BYTES
      ? bytes
      : undefined
  }
  return {
    pages,
    page,
    meta() {
      const metas = [page(0), page(1)].map(metaIn).filter((meta) => meta !== undefined)
      return metas.length < 2 ? undefined : metas.reduce((a, b) => (b.txn > a.txn ? b : a))
    },
    close: () => closeSync(fd),
  }
}

/** Offsets: magic 24, version 28, page size 48, free root 88, main root 136, last page 144, transaction 152. */
const metaIn = (page: Buffer | undefined): Meta | undefined => {
  if (!page || (flagsOf(page) & META_FLAG) === 0) return undefined
  const known = page.readUInt32LE(24) === MAGIC && (page.readUInt32LE(28) & 0xffff) === VERSION
  if (!known || page.readUInt32LE(48) !== PAGE_BYTES) return undefined
  return {
    lastPage: numberAt(page, 144),
    txn: numberAt(page, 152),
    roots: [numberAt(page, 88), numberAt(page, 136)],
  }
}

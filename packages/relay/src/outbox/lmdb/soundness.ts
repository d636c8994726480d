import { existsSync } from 'node:fs'
import { flagsOf, NO_PAGE, numberAt, openPageFile, PAGE_BYTES, type PageFile } from './page-file.ts'

const BRANCH = 0x01
const LEAF = 0x02
const OVERFLOW = 0x04
/** Of nodes: the value lies on pages of its own; the value is a table. */
const BIG = 0x01
const TABLE = 0x02

const HEADER_BYTES = 24
const NODE_BYTES = 8
const ROOT_IN_TABLE = 40

/**
 * Why LMDB must not be let near this file; undefined when it may. LMDB maps the file into memory: a page that is
 * missing is a SIGBUS, a strange one an abort, and the relay would never start again.
 *
 * Looks at the meta pages and roots; walks all trees when `thorough`, or when the file is shorter than it once was,
 * which is sound as long as what is missing was free.
 */
export const unsoundness = (path: string, thorough: boolean): string | undefined => {
  if (!existsSync(path)) return undefined
  const file = openPageFile(path)
  try {
    if (file.pages === 0) return undefined
    const meta = file.meta()
    if (!meta) return 'it does not begin as an LMDB file'
    const whole = thorough || file.pages <= meta.lastPage
    for (const root of meta.roots) if (root !== NO_PAGE) checkTree(file, root, whole)
    return undefined
  } catch (error) {
    if (error instanceof Unsound) return error.message
    throw error
  } finally {
    file.close()
  }
}

class Unsound extends Error {
  override readonly name = 'Unsound'
}

const checkTree = (file: PageFile, root: number, whole: boolean): void => {
  const pending = [root]
  for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
    const page = treePage(file, number)
    const below = pagesBelow(file, page)
    if (whole) for (const child of below) pending.push(child)
  }
}

const treePage = (file: PageFile, number: number): Buffer => {
  const page = file.page(number)
  if (!page) throw new Unsound(`page ${number} is beyond its end`)
  if (numberAt(page, 0) !== number || (flagsOf(page) & (BRANCH | LEAF)) === 0)
    throw new Unsound(`page ${number} is not what it should be`)
  return page
}

/** Pages that this page leads to and that are pages of trees. Those of large values are looked at here. */
const pagesBelow = (file: PageFile, page: Buffer): number[] => {
  const isLeaf = (flagsOf(page) & LEAF) !== 0
  const below: number[] = []
  for (const at of nodesIn(page)) {
    const flags = page.readUInt16LE(at + 4)
    const dataAt = at + NODE_BYTES + page.readUInt16LE(at + 6)
    if (!isLeaf) below.push(page.readUIntLE(at, 6))
    else if (flags & BIG) checkOverflow(file, numberAt(page, dataAt))
    else if (flags & TABLE && numberAt(page, dataAt + ROOT_IN_TABLE) !== NO_PAGE)
      below.push(numberAt(page, dataAt + ROOT_IN_TABLE))
  }
  return below
}

/** Where the page's entries begin. Offsets within a page are counted from behind its header. */
const nodesIn = (page: Buffer): number[] => {
  const lower = page.readUInt16LE(20) + HEADER_BYTES
  const upper = page.readUInt16LE(22) + HEADER_BYTES
  if (lower > upper || upper > PAGE_BYTES) throw new Unsound('a page has odd bounds')
  const nodes: number[] = []
  for (let at = HEADER_BYTES; at < lower; at += 2) {
    const node = page.readUInt16LE(at) + HEADER_BYTES
    if (node < upper || node + NODE_BYTES > PAGE_BYTES) throw new Unsound('a page has odd entries')
    nodes.push(node)
  }
  return nodes
}

const checkOverflow = (file: PageFile, number: number): void => {
  const page = file.page(number)
  const isOverflow = page && numberAt(page, 0) === number && (flagsOf(page) & OVERFLOW) !== 0
  if (!isOverflow) throw new Unsound(`page ${number} does not hold the value it should`)
  if (number + page.readUInt32LE(20) > file.pages) throw new Unsound(`the value on page ${number} is cut off`)
}

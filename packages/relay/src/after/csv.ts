/** A row by the names of the header, and the line it begins in, counted from 1. */
export type CsvRow = { readonly line: number; readonly cells: Readonly<Record<string, string>> }

/**
 * Comma or semicolon, whichever the header has; quotes as in RFC 4180; lines end in either way; empty ones do not count.
 *
 * @throws Error that names the line
 */
export const parseCsv = (text: string): { header: readonly string[]; rows: readonly CsvRow[] } => {
  const [first, ...rest] = recordsOf(text.replace(/^\uFEFF/, ''))
  const header = (first?.cells ?? []).map((name) => name.trim().toLowerCase())
  const rows = rest.map(({ line, cells }): CsvRow => {
    if (cells.length !== header.length)
      throw new Error(`line ${line}: ${cells.length} values, and the header has ${header.length}`)
    return { line, cells: Object.fromEntries(header.map((name, at) => [name, (cells[at] ?? '').trim()])) }
  })
  return { header, rows }
}

type Line = { line: number; cells: string[] }

/** One value, quoted or not, and what ends it. */
const VALUE = /(?:"((?:[^"]|"")*)"|([^,;\r\n"]*))(,|;|\r?\n|$)/y

const recordsOf = (text: string): Line[] => {
  const separator = separatorOf(text)
  const records: Line[] = []
  let record: Line = { line: 1, cells: [] }
  let line = 1
  let cell = ''
  VALUE.lastIndex = 0
  while (VALUE.lastIndex <= text.length) {
    const [whole, quoted, plain = '', end] = VALUE.exec(text) ?? []
    if (whole === undefined) throw new Error(`line ${line}: a quote that does not close`)
    cell += quoted?.replaceAll('""', '"') ?? plain
    line += whole.split('\n').length - 1
    if ((end === ',' || end === ';') && end !== separator) {
      cell += end
      continue
    }
    record.cells.push(cell)
    cell = ''
    if (end === separator) continue
    if (record.cells.length > 1 || record.cells[0] !== '') records.push(record)
    record = { line, cells: [] }
    if (end === '') break
  }
  return records
}

const separatorOf = (text: string): string => (/^[^\r\n]*;/.test(text) ? ';' : ',')

/** The columns of a file, in any order. */
export type Columns = { readonly needed: readonly string[]; readonly optional: readonly string[] }

/** What is wrong with a header; undefined when nothing is. */
export const flawOfHeader = (
  header: readonly string[],
  { needed, optional }: Columns,
): string | undefined => {
  const missing = needed.find((name) => !header.includes(name))
  if (missing !== undefined) return `no column ${missing}`
  const unknown = header.find((name) => !needed.includes(name) && !optional.includes(name))
  return unknown === undefined ? undefined : `an unknown column ${unknown}`
}

import { CsvError, parse } from 'csv-parse/sync'

/** A row by the names of the header, and the line it begins in, counted from 1. */
export type CsvRow = { readonly line: number; readonly cells: Readonly<Record<string, string>> }

/**
 * Comma or semicolon, whichever the header has; quotes as in RFC 4180; lines end in either way; empty ones do not count.
 *
 * @throws Error that names the line, and nothing of what it holds
 */
export const parseCsv = (text: string): { header: readonly string[]; rows: readonly CsvRow[] } => {
  let header: readonly string[] = []
  const named = (names: readonly string[]) => {
    header = names.map((name) => name.trim().toLowerCase())
    return [...header]
  }
  const rows = recordsOf(text, named).map(({ record, raw, info }) => ({
    line: info.lines - raw.trim().split('\n').length + 1,
    cells: record,
  }))
  return { header, rows }
}

type Parsed = { record: Record<string, string>; raw: string; info: { lines: number } }

const recordsOf = (text: string, columns: (names: readonly string[]) => string[]): readonly Parsed[] => {
  try {
    return parse<Parsed>(text, {
      ...{ bom: true, trim: true, skip_empty_lines: true, info: true, raw: true },
      cast: (value) => value.trim(),
      delimiter: separatorOf(text),
      columns,
    })
  } catch (error) {
    throw error instanceof CsvError ? flawOf(error) : error
  }
}

/** In words of our own: the library's repeat what stands there. */
const FLAWS: Partial<Record<CsvError['code'], string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'as many values as the header has were expected',
  CSV_QUOTE_NOT_CLOSED: 'a quote that does not close',
}

const flawOf = ({ code, lines }: CsvError): Error =>
  new Error(`line ${String(lines)}: ${FLAWS[code] ?? 'a quote in the wrong place'}`)

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
  if (unknown !== undefined) return `an unknown column ${unknown}`
  const twice = header.find((name, at) => header.indexOf(name) < at)
  return twice === undefined ? undefined : `two columns ${twice}`
}

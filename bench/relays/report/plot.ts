import { type Cell, cellOf, isLate, type Report, type Row, rateOf, type Tally } from './report.ts'

const PARTS = [
  { part: 'arrived', word: 'arrived' },
  { part: 'waiting', word: 'waiting' },
  { part: 'setAside', word: 'set aside' },
  { part: 'lost', word: 'lost' },
] as const

const LEFT = 196
const COLUMN = 150
const ROW = 34
const TOP = 92
const BAR = { width: 128, height: 12 }
/** For the number behind the longest bar. */
const NUMBER = 34

/** Its own ground, so that it is readable wherever it is shown. */
const STYLE = `
  svg { --ground: #ffffff; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --arrived: #2da44e; --waiting: #bf8700;
    --setAside: #8250df; --lost: #cf222e; --rate: #0969da }
  @media (prefers-color-scheme: dark) { svg { --ground: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #3d444d;
    --arrived: #3fb950; --waiting: #d29922; --setAside: #a371f7; --lost: #f85149; --rate: #4493f8 } }
  text { font: 12px system-ui, sans-serif; fill: var(--ink) }
  .soft { fill: var(--soft) } .small { font-size: 11px } .title { font-size: 15px; font-weight: 600 }
  .ground { fill: var(--ground) } .none { fill: none; stroke: var(--line) }`

const round = (value: number): number => Math.round(value * 10) / 10
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const textAt = (x: number, y: number, text: string, kind = ''): string =>
  `<text x="${round(x)}" y="${round(y)}"${kind && ` class="${kind}"`}>${escaped(text)}</text>`
const barAt = (x: number, y: number, width: number, fill: string): string =>
  `<rect x="${round(x)}" y="${y}" width="${round(width)}" height="${BAR.height}" style="fill: var(--${fill})"/>`

/** What a cell shows, in words: colours alone do not tell everyone. */
const noteOf = (cell: Cell | undefined): string => {
  if (!cell) return 'no store apart'
  if ('why' in cell) return 'not run'
  if (cell.acknowledged === 0) return 'none acknowledged'
  const told = PARTS.slice(1).filter(({ part }) => cell[part] > 0)
  const words = told.map(({ part, word }) => `${cell[part]} ${word}`)
  if (cell.doubled > 0) words.push(`${cell.doubled} doubled`)
  const late = isLate(cell) ? ` after ${cell.seconds} s` : ''
  return words.join(', ') || `${cell.arrived} arrived${late}`
}

const barsAt = (x: number, y: number, cell: Tally): string[] => {
  let from = x
  return PARTS.flatMap(({ part }) => {
    const width = (cell[part] / cell.sent) * BAR.width
    from += width
    return width > 0 ? [barAt(from - width, y, width, part)] : []
  })
}

const cellAt = (x: number, y: number, cell: Cell | undefined): string => {
  const frame = `<rect class="none" x="${x}" y="${y}" width="${BAR.width}" height="${BAR.height}"/>`
  const bars = cell && !('why' in cell) ? barsAt(x, y, cell) : []
  return [...bars, frame, textAt(x, y + BAR.height + 11, noteOf(cell), 'small soft')].join('\n')
}

const rateAt = (x: number, y: number, report: Report, row: Row): string => {
  const ratio = rateOf(report, row)?.ratio
  if (ratio === undefined) return textAt(x, y + 10, '–', 'soft')
  const most = Math.max(...report.throughput.map((rate) => rate.ratio ?? 0))
  const width = (ratio / most) * (BAR.width - NUMBER)
  return barAt(x, y, width, 'rate') + textAt(x + width + 5, y + 10, ratio.toFixed(2))
}

const columnAt = (at: number): number => LEFT + at * COLUMN

const rowAt = (report: Report, row: Row, y: number): string => {
  const cells = report.faults.map((fault, at) => cellAt(columnAt(at), y, cellOf(report, row, fault)))
  const rate = rateAt(columnAt(report.faults.length), y, report, row)
  return [textAt(16, y + 11, row.title), ...cells, rate].join('\n')
}

const legend = (): string[] =>
  PARTS.map(({ part, word }, at) => barAt(columnAt(at), 40, 12, part) + textAt(columnAt(at) + 18, 50, word))

/** The losses and the throughput as one picture. */
export const plotOf = (report: Report): string => {
  const { contenders, faults, events, date } = report
  const [width, height] = [columnAt(faults.length + 1) + 6, TOP + contenders.length * ROW + 12]
  const title = `What became of ${events} events, by who was to deliver them`
  const heads = [...faults.map((fault) => fault.title), 'acknowledged /s, naive = 1']
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${title}</title>`,
    `<desc id="d">Relays and forwarders under faults, ${date}; docs/peers.md has the same figures as tables.</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${width}" height="${height}" rx="8"/>`,
    textAt(16, 26, title, 'title'),
    ...legend(),
    ...heads.map((head, at) => textAt(columnAt(at), TOP - 12, head, 'small')),
    ...contenders.map((row, at) => rowAt(report, row, TOP + at * ROW)),
    '</svg>',
  ].join('\n')}\n`
}

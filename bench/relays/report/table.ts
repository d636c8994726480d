import { type Cell, cellOf, isLate, type Report, rateOf, type Tally } from './report.ts'

const NOTHING = '–'

/** Rows of texts as a table of Markdown, numbers to the right. */
const markdownOf = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const rule = head.map((_, at) => (rows.every((row) => typeof row[at] === 'number') ? '--:' : '---'))
  return [head, rule, ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

/** What there is to say besides what was lost. */
const restOf = ({ waiting, setAside, doubled }: Tally): string[] =>
  [
    { count: setAside, word: 'set aside' },
    { count: waiting, word: 'waiting' },
    { count: doubled, word: 'doubled' },
  ]
    .filter(({ count }) => count > 0)
    .map(({ count, word }) => `${count} ${word}`)

/** Of a cell: how many acknowledged events are lost, and what else became of them. */
export const lossText = (cell: Cell | undefined): string => {
  if (!cell) return NOTHING
  if ('why' in cell) return 'not run'
  if (cell.acknowledged === 0) return 'none acknowledged'
  const lost = cell.lost > 0 ? `**${cell.lost} lost**` : '0'
  const few = cell.acknowledged < cell.sent ? [`${cell.acknowledged} acknowledged`] : []
  const late = isLate(cell) ? [`after ${cell.seconds} s`] : []
  return [lost, ...restOf(cell), ...few, ...late].join(', ')
}

/** Who loses what: a row a contender, a column a fault. */
export const lossTable = (report: Report): string =>
  markdownOf(
    ['', ...report.faults.map(({ title }) => title)],
    report.contenders.map((one) => [
      one.title,
      ...report.faults.map((fault) => lossText(cellOf(report, one, fault))),
    ]),
  )

const COUNTS = [
  'sent',
  'acknowledged',
  'arrived',
  'waiting',
  'setAside',
  'lost',
  'doubled',
  'seconds',
] as const

/** On one line of a table. */
const inline = (text: string): string => text.replaceAll(/[\s|]+/g, ' ').slice(0, 200)

const countsOf = (cell: Cell): (string | number)[] =>
  'why' in cell
    ? [`not run: ${inline(cell.why)}`, ...COUNTS.slice(1).map(() => '')]
    : COUNTS.map((name) => cell[name])

/** Every cell with all of its counts. */
export const cellTable = (report: Report): string =>
  markdownOf(
    ['', 'fault', ...COUNTS.map((name) => (name === 'setAside' ? 'set aside' : name))],
    report.contenders.flatMap((one) =>
      report.faults.flatMap((fault) => {
        const cell = cellOf(report, one, fault)
        return cell ? [[one.title, fault.title, ...countsOf(cell)]] : []
      }),
    ),
  )

/** Acknowledged requests a second as ratios, beside what is on disk by then. */
export const throughputTable = (report: Report): string =>
  markdownOf(
    ['', 'on disk at the 2xx', 'acknowledged, naive = 1', 'acknowledged /s', 'delivered meanwhile /s'],
    report.contenders.map((one) => {
      const rate = rateOf(report, one)
      const rates = rate
        ? [Math.round(rate.perSecond), Math.round(rate.deliveredPerSecond)]
        : [NOTHING, NOTHING]
      return [one.title, one.at2xx, rate?.ratio?.toFixed(2) ?? NOTHING, ...rates]
    }),
  )

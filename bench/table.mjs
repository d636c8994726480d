const verdictOf = ({ ratio, least, most }) => {
  if (least === undefined && most === undefined) return '–'
  return ratio >= (least ?? 0) && ratio <= (most ?? Number.POSITIVE_INFINITY) ? 'pass' : 'MISS'
}
const goalOf = ({ least, most }) =>
  least === undefined ? (most === undefined ? '' : `≤ ${most}`) : `≥ ${least}`
const measuredOf = ({ value, unit }) => (value === undefined ? '' : `${Math.round(value)} ${unit}`)

/** Rows as a table of Markdown. */
export const tableOf = (rows) => {
  const head = ['figure', 'measured', 'against', 'ratio', 'goal', '']
  const cells = rows.map((row) => {
    const ratio = row.ratio.toFixed(2)
    return [row.figure, measuredOf(row), row.against, ratio, goalOf(row), verdictOf(row)]
  })
  const widths = head.map((_, at) => Math.max(...[head, ...cells].map((line) => line[at].length)))
  const line = (texts) => `| ${texts.map((text, at) => text.padEnd(widths[at])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}

export const isMissed = (row) => verdictOf(row) === 'MISS'

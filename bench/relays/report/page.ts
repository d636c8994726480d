import type { Report } from './report.ts'
import { cellTable, lossTable, throughputTable } from './table.ts'

const BEGIN = '<!-- measured: npm run bench:peers -- --write -->'
const END = '<!-- end of what was measured -->'

/** All tables of a run, as the documentation shows them. */
export const tablesOf = (report: Report): string =>
  [
    `${report.date}, ${report.events} events a cell, waited for ${report.patienceS} s at most. ${report.versions.join(' · ')}.`,
    lossTable(report),
    throughputTable(report),
    '<details><summary>Every count</summary>',
    cellTable(report),
    '</details>',
  ].join('\n\n')

/** The page with these tables in the place of the last run's. @throws when it has no place for them */
export const withMeasured = (page: string, tables: string): string => {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`the page has no lines ${BEGIN} … ${END}`)
  return `${page.slice(0, from + BEGIN.length)}\n\n${tables}\n\n${page.slice(to)}`
}

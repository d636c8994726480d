// Prints the closing line of a run, `N passed, N failed`, summed over vitest's JSON reports. A report that is missing, or that
// failed without a failed test (a setup that threw), is one failure.
import { existsSync, readFileSync } from 'node:fs'

const reports = process.argv
  .slice(2)
  .map((path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined))
const sum = (count) => reports.reduce((total, report) => total + count(report), 0)
const brokenFiles = ({ testResults }) =>
  testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length

const passed = sum((report) => report?.numPassedTests ?? 0)
const failed = sum((report) => {
  const named = report ? report.numFailedTests + brokenFiles(report) : 0
  return named || (report?.success ? 0 : 1)
})
const skipped = sum((report) => report?.numPendingTests ?? 0)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)

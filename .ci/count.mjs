// Prints what failed and the closing line of a run, `N passed, N failed`, summed over vitest's JSON reports; exits 1 when
// anything failed. A report that is missing or cut off, or that failed without a failed test (a setup that threw), is one failure.
import { readFileSync } from 'node:fs'

/** Lines of each failure that are shown: what was expected and where. The whole is further up, where it may have been cut off. */
const SHOWN_LINES = 12

const paths = process.argv.slice(2)
const reportAt = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}
const reports = paths.map((path) => ({ path, ...reportAt(path) }))

const failedTests = ({ testResults = [] }) =>
  testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => ({
        what: `${name}: ${fullName}`,
        why: failureMessages.join('\n'),
      })),
  )
const brokenFiles = ({ testResults = [] }) =>
  testResults
    .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
    .map(({ name, message }) => ({ what: name, why: message }))

const failuresOf = (report) => {
  const named = [...failedTests(report), ...brokenFiles(report)]
  return named.length > 0 || report.success
    ? named
    : [{ what: report.path, why: 'no report, or one that names no failure' }]
}

const sum = (key) => reports.reduce((total, report) => total + (report[key] ?? 0), 0)
const failures = reports.flatMap(failuresOf)
for (const { what, why } of failures) {
  console.log(`failed: ${what}\n${why.split('\n').slice(0, SHOWN_LINES).join('\n')}\n`)
}
const skipped = sum('numPendingTests')
console.log(
  `${sum('numPassedTests')} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
)
if (failures.length > 0) process.exitCode = 1

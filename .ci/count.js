// Counts the tests of both runners from what they have left in a folder. Usage: node .ci/count.js FOLDER STATUS
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder = '', status] = process.argv.slice(2)
const read = (name) => (existsSync(join(folder, name)) ? JSON.parse(readFileSync(join(folder, name), 'utf8')) : null)
const counts = { passed: 0, failed: 0, skipped: 0 }
const add = (passed, failed, skipped) => {
  counts.passed += passed
  counts.failed += failed
  counts.skipped += skipped
}

const unit = read('vitest.json')
if (unit) {
  // Files that failed outside their tests, e.g. while they were loaded.
  const broken = unit.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  add(unit.numPassedTests, unit.numFailedTests + broken.length, unit.numPendingTests + unit.numTodoTests)
} else console.log('The checks before the tests failed; no test ran.')

const browser = read('interface.json')
if (browser) {
  const { expected, unexpected, flaky, skipped } = browser.stats
  // `errors`: what failed outside the tests. One that passes only now and then has not passed.
  add(expected, unexpected + flaky + browser.errors.length, skipped)
} else console.log('The interface was not tested in a browser: something before it failed, or there is none.')

// Whatever stopped the run counts, too.
if (status !== '0') counts.failed = Math.max(counts.failed, 1)
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`)

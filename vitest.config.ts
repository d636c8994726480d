import { defineConfig } from 'vitest/config'
import { QUICK_DATABASE } from './test/support/child.ts'
import { Order } from './test/support/order.ts'
import { PATIENCE_MS } from './test/support/patience.ts'

/** Tests run on the packages' sources: the `source` export condition saves a build between edit and test. */
const resolve = { conditions: ['source'] }
const ssr = { resolve: { conditions: ['source'], externalConditions: ['source'] } }

/**
 * The sandbox's embedded database is WebAssembly, which V8 compiles a second time, optimised, while it runs: two seconds of a processor
 * in every process that has one, more than a test's few hundred queries ever get back.
 */
const execArgv = [QUICK_DATABASE]

/** What is polled for has time, as `test/support/eventually.ts` gives it. */
const expectations = { poll: { timeout: PATIENCE_MS, interval: 20 } }

/** A long soak has a cluster, whose network is cut: not what every server survives. */
const isLongSoak = Number(process.env.SOAK_MINUTES ?? 0) >= 0.5

export default defineConfig({
  test: {
    reporters: ['default', 'json'],
    outputFile: { json: '.cache/vitest.json' },
    // One more than the two cores that are the floor: the browser and fault tests mostly wait.
    maxWorkers: 3,
    restoreMocks: true,
    sequence: { sequencer: Order },
    projects: [
      {
        resolve,
        ssr,
        // Files share their worker's modules: to load them for each would take as long as the tests themselves.
        test: {
          name: 'unit',
          expect: expectations,
          execArgv,
          include: ['test/{protocol,api,relay}/**/*.test.ts'],
          // What no server before 2.10 can do.
          exclude: ['test/relay/outbox/nats/fsync.test.ts'],
          // strace, for the test that watches the outbox's system calls; nats-server, for the outbox that relays share.
          globalSetup: ['test/support/run-folder.ts', 'test/support/strace.ts', 'test/support/nats.ts'],
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        // Each file has modules of its own, since some are planted with bugs.
        test: { name: 'sim', expect: expectations, include: ['test/sim/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        resolve,
        ssr,
        // Files share their worker's one sandbox: to start an embedded database for each would take most of the time.
        test: {
          name: 'sandbox',
          expect: expectations,
          execArgv,
          include: ['test/sandbox/**/*.test.ts'],
          globalSetup: ['test/support/run-folder.ts', 'test/support/engines.ts'],
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'engines-postgres',
          expect: expectations,
          include: ['test/sandbox/*.test.ts'],
          exclude: ['test/sandbox/{cli,page,readme}.test.ts'],
          globalSetup: ['test/support/run-folder.ts', 'test/support/postgres.ts'],
          setupFiles: ['test/support/skip-without-postgres.ts'],
          isolate: false,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'tag',
          expect: expectations,
          include: ['test/tag/**/*.test.ts'],
          environment: 'happy-dom',
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'house',
          expect: expectations,
          include: ['test/house/**/*.test.ts'],
          globalSetup: ['test/support/run-folder.ts'],
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          expect: expectations,
          execArgv,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: [
            'test/support/run-folder.ts',
            'test/support/strace.ts',
            'test/support/nats.ts',
            'test/support/engines.ts',
          ],
          isolate: false,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        // Everything goes wrong at once; `test/soak/run.mjs` says for how long.
        test: {
          name: 'soak',
          expect: expectations,
          execArgv,
          include: ['test/soak/**/*.test.ts'],
          globalSetup: [
            'test/support/run-folder.ts',
            'test/support/strace.ts',
            isLongSoak ? 'test/support/nats-newest.ts' : 'test/support/nats.ts',
            'test/support/engines.ts',
          ],
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        // Once more on a server of 2.10 or later: what talks to one.
        test: {
          name: 'engines-nats',
          expect: expectations,
          include: ['test/relay/outbox/nats/*.test.ts', 'test/e2e/relay-nats.test.ts'],
          exclude: ['test/relay/outbox/nats/{late-letter,mark,names,url}.test.ts'],
          globalSetup: ['test/support/run-folder.ts', 'test/support/strace.ts', 'test/support/nats-newer.ts'],
          isolate: false,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'engines',
          expect: expectations,
          include: ['test/{engines,servers}/**/*.test.ts'],
          globalSetup: ['test/support/run-folder.ts', 'test/engines/setup.ts', 'test/servers/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})

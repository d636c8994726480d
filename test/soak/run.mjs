// The long forms of the fault tests: npm run soak -- --rounds 100 --bodies 100000 --leaders 12 --seed 7
// Everything at once, at random from the seed: npm run soak -- --minutes 10 --seed 7
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    rounds: { type: 'string', default: '100' },
    bodies: { type: 'string', default: '100000' },
    leaders: { type: 'string', default: '12' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'string', default: '.cache/soak.json' },
  },
})
const { minutes, seed } = values
if (minutes !== undefined && !(Number(minutes) > 0)) {
  console.error(`--minutes must be a number above 0, not ${minutes}`)
  process.exit(2)
}
const scale =
  minutes === undefined
    ? {
        SOAK_ROUNDS: values.rounds,
        SOAK_BODIES: values.bodies,
        // A cluster needs some seconds to find another leader, and some more to bring the one that was killed up to date.
        SOAK_LEADER_KILLS: values.leaders,
        SOAK_LEADER_KILL_EVERY_MS: '15000',
      }
    : { SOAK_MINUTES: minutes }
const what =
  minutes === undefined
    ? `${values.rounds} rounds of kill -9, ${values.leaders} leaders killed, ${values.bodies} hostile bodies`
    : `${minutes} minutes of everything`
console.log(`soak: ${what}, seed ${seed}`)

const which = minutes === undefined ? ['--project', 'e2e', 'test/e2e/relay-'] : ['--project', 'soak']
const args = ['run', ...which, '--testTimeout', '14400000', '--disableConsoleIntercept']
const env = { ...process.env, ...scale, SOAK_SEED: seed }
const run = spawn('node_modules/.bin/vitest', [...args, `--outputFile.json=${values.json}`], {
  env,
  stdio: 'inherit',
})
run.on('exit', (code) => {
  process.exitCode = code === 0 ? 0 : 1
  if (code === 0) return
  const again = minutes === undefined ? '' : `--minutes ${minutes} `
  console.error(`soak: failed under seed ${seed}: npm run soak -- ${again}--seed ${seed}`)
})

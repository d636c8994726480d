// The long forms of the fault tests: npm run soak -- --rounds 100 --bodies 100000 --leaders 12 --seed 7
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    bodies: { type: 'string', default: '100000' },
    leaders: { type: 'string', default: '12' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
console.log(
  `soak: ${values.rounds} rounds of kill -9, ${values.leaders} leaders killed, ${values.bodies} hostile bodies, seed ${values.seed}`,
)
const env = {
  ...process.env,
  SOAK_ROUNDS: values.rounds,
  SOAK_BODIES: values.bodies,
  // A cluster needs some seconds to find another leader, and some more to bring the one that was killed up to date.
  SOAK_LEADER_KILLS: values.leaders,
  SOAK_LEADER_KILL_EVERY_MS: '15000',
  SOAK_SEED: values.seed,
}
const args = ['run', '--project', 'e2e', '--testTimeout', '14400000', 'test/e2e/relay-']
spawn('node_modules/.bin/vitest', args, { env, stdio: 'inherit' }).on('exit', (code) => {
  process.exitCode = code ?? 1
})

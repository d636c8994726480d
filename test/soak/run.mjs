// The long forms of the fault tests: npm run soak -- --rounds 100 --bodies 100000 --seed 7
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    bodies: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
console.log(`soak: ${values.rounds} rounds of kill -9, ${values.bodies} hostile bodies, seed ${values.seed}`)
const env = {
  ...process.env,
  SOAK_ROUNDS: values.rounds,
  SOAK_BODIES: values.bodies,
  SOAK_SEED: values.seed,
}
const args = ['run', '--project', 'e2e', '--testTimeout', '14400000', 'test/e2e/relay-']
spawn('node_modules/.bin/vitest', args, { env, stdio: 'inherit' }).on('exit', (code) => {
  process.exitCode = code ?? 1
})

import { parseArgs } from 'node:util'
import { runHistory } from './history.ts'
import { compileShipped } from './shipped.ts'
import type { Verdict } from './telling.ts'

/** The long form: `npm run sim -- --seeds 10000 --from 1`. A seed that is alone, and each of the first that fail, is told in full. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
})
const [seeds, from] = [Number(values.seeds), Number(values.from)]
const MAX_TOLD = 3
const EVERY = 500

const programs = await compileShipped()
const begunAt = performance.now()
const endings = new Map<string, number>()
let [wrong, steps, relays, seed] = [0, 0, 0, from]

/** In the tag nothing may reject into the page; in the relay it would end the process. */
process.on('unhandledRejection', (error) => {
  console.log(`seed ${seed}: nobody caught`, error)
  process.exit(1)
})

const tell = ({ faults, story }: Verdict) =>
  console.log(`seed ${seed}: ${faults.join('; ') || 'nothing wrong'}\n  ${story.join('\n  ')}`)

const note = async (verdict: Verdict) => {
  relays += verdict.relays
  steps += verdict.steps
  for (const ending of verdict.endings) endings.set(ending, (endings.get(ending) ?? 0) + 1)
  if (verdict.faults.length > 0) wrong += 1
  if (seeds === 1 || (verdict.faults.length > 0 && wrong <= MAX_TOLD))
    tell(await runHistory(programs, seed, true))
  else if (verdict.faults.length > 0) console.log(`seed ${seed}: ${verdict.faults.join('; ')}`)
}

const report = (done: number) => {
  const seconds = ((performance.now() - begunAt) / 1000).toFixed(1)
  console.log(`${done} histories, ${relays} lives of relays, ${steps} steps, ${wrong} wrong, ${seconds} s`)
}

for (; seed < from + seeds; seed += 1) {
  await note(await runHistory(programs, seed))
  const done = seed - from + 1
  if (done % EVERY === 0 || done === seeds) report(done)
}
const byCount = [...endings].sort(([, a], [, b]) => b - a)
console.log(`how items ended: ${byCount.map(([ending, count]) => `${count} ${ending}`).join(', ')}`)
process.exitCode = wrong > 0 ? 1 : 0

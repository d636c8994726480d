import { parseArgs } from 'node:util'
import { runHistory } from './history.ts'
import { compileShipped } from './shipped.ts'

/** The long form: `npm run sim -- --seeds 10000 --from 1`. One seed alone is told in full. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
})
const [seeds, from] = [Number(values.seeds), Number(values.from)]
const programs = await compileShipped()
const begunAt = performance.now()
let [wrong, steps, relays] = [0, 0, 0]
const endings = new Map<string, number>()
for (let seed = from; seed < from + seeds; seed += 1) {
  const verdict = await runHistory(programs, seed, seeds === 1)
  relays += verdict.relays
  for (const ending of verdict.endings) endings.set(ending, (endings.get(ending) ?? 0) + 1)
  steps += verdict.steps
  if (seeds === 1) console.log(verdict.story.join('\n'))
  if (verdict.faults.length > 0) {
    wrong += 1
    console.log(`seed ${seed}: ${verdict.faults.join('; ')}`)
  }
  const done = seed - from + 1
  if (done % 500 === 0 || done === seeds) {
    const seconds = (performance.now() - begunAt) / 1000
    console.log(
      `${done} histories, ${relays} lives of relays, ${steps} steps, ${wrong} wrong, ${seconds.toFixed(1)} s`,
    )
  }
}
console.log(
  `how items ended: ${JSON.stringify(Object.fromEntries([...endings].sort(([, a], [, b]) => b - a)))}`,
)
process.exitCode = wrong > 0 ? 1 : 0

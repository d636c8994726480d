import { type Chart, createChart, type Line } from './chart.ts'
import { countText, durationText, msText, rateText } from './format.ts'
import type { Sample } from './wire.ts'

const line = (
  label: string,
  colour: string,
  of: Line['of'],
  text: Line['text'],
  more: Partial<Line> = {},
): Line => ({
  ...{ label, colour, of, text },
  ...more,
})

const perSecond = (rate: number): string => `${rateText(rate)}/s`

/** Whole items, whole seconds, minutes, hours and days. */
const COUNT_STEPS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].flatMap((ten) => [ten, 2 * ten, 5 * ten])
const AGE_STEPS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800]

/** What each chart shows, in the order of the page. */
const CHARTS: Readonly<Record<string, readonly Line[]>> = {
  rates: [
    line('in', '--blue', (sample) => sample.received, perSecond, { filled: true }),
    line('out', '--green', (sample) => sample.delivered, perSecond),
    line('refused', '--red', (sample) => sample.refused, perSecond),
  ],
  backlog: [
    line('held', '--violet', (sample) => sample.held, countText, { filled: true, steps: COUNT_STEPS }),
    line('oldest', '--amber', (sample) => sample.ageSeconds, durationText, {
      scale: 'age',
      steps: AGE_STEPS,
    }),
  ],
  latency: [
    line('half within', '--blue', (sample) => sample.p50Ms, msText, { filled: true }),
    line('95 % within', '--violet', (sample) => sample.p95Ms, msText),
  ],
  answers: [
    line('2xx', '--green', (sample) => sample.answers['2xx'], perSecond, { filled: true }),
    line('4xx', '--amber', (sample) => sample.answers['4xx'], perSecond),
    line('5xx', '--red', (sample) => sample.answers['5xx'], perSecond),
    line('none', '--grey', (sample) => sample.answers.failure, perSecond),
  ],
}

/** A quarter of an hour at one point every two seconds. */
const KEPT = 450

export const createCharts = () => {
  const samples: Sample[] = []
  const charts: Chart[] = Object.entries(CHARTS).map(([name, lines]) => createChart(name, lines))
  return {
    /** The server may tell again what is known: after a break, it begins anew. */
    add(fresh: readonly Sample[]) {
      const last = samples.at(-1)?.at ?? 0
      samples.push(...fresh.filter(({ at }) => at > last))
      samples.splice(0, samples.length - KEPT)
      for (const chart of charts) chart.show(samples)
    },
  }
}

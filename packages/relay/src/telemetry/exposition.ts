import type { HistogramRead } from './histogram.ts'

/** One series of a histogram: its labels and what was observed. */
export type HistogramSeries = { labels: Readonly<Record<string, string>>; read: HistogramRead }

/** A histogram in the text format of Prometheus. Label values come from our own tables: nothing to escape. */
export const histogramText = (name: string, help: string, all: readonly HistogramSeries[]): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...all.flatMap((one) => linesOf(name, one))].join(
    '\n',
  )

const linesOf = (name: string, { labels, read }: HistogramSeries): string[] => {
  let total = 0
  const buckets = read.counts.map((count, at) => {
    total += count
    return `${name}_bucket${labelsText({ ...labels, le: String(read.bounds[at] ?? '+Inf') })} ${total}`
  })
  return [
    ...buckets,
    `${name}_sum${labelsText(labels)} ${read.sum}`,
    `${name}_count${labelsText(labels)} ${total}`,
  ]
}

const labelsText = (labels: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

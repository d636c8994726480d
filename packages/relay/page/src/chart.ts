import type uPlot from 'uplot'
import { byId, element } from './element.ts'
import type { Sample } from './wire.ts'

/** The chart library is a script of its own before this one. */
declare global {
  interface Window {
    uPlot: typeof uPlot
  }
}

export type Line = {
  label: string
  /** Name of a variable of the style sheet. */
  colour: string
  of: (sample: Sample) => number | null
  text: (value: number) => string
  filled?: boolean
  /** Distances between marks on its axis that make sense. */
  steps?: readonly number[]
  /** A line of another size has a scale of its own, on the right. */
  scale?: 'age'
}

export interface Chart {
  show(samples: readonly Sample[]): void
}

const HEIGHT = 170
/** Half a time of day, which stands centred under the last mark. */
const HALF_TIME = 28
/** The least a scale reaches to: nothing looks like nothing. */
const LEAST = 2

/** One chart with its legend, which says the newest values, or those under the pointer. */
export const createChart = (name: string, lines: readonly Line[]): Chart => {
  const place = byId(`chart-${name}`, HTMLDivElement)
  const values = lines.map(() => element('b', {}, '–'))
  byId(`legend-${name}`, HTMLUListElement).replaceChildren(
    ...lines.map(({ label, colour }, at) =>
      element('li', {}, element('i', { class: `key ${colour.slice(2)}` }), `${label} `, values[at]),
    ),
  )
  const tell = (plot: uPlot) => {
    const at = plot.cursor.idx ?? plot.data[0].length - 1
    for (const [index, { text }] of lines.entries()) {
      const value = plot.data[index + 1]?.[at]
      const said = values[index]
      if (said) said.textContent = value === undefined || value === null ? '–' : text(value)
    }
  }
  const plot = new window.uPlot(
    optionsFor(lines, place.clientWidth, tell),
    [[], ...lines.map(() => [])],
    place,
  )
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => plot.redraw(false))
  return {
    show(samples) {
      plot.setData([samples.map(({ at }) => at / 1_000), ...lines.map(({ of }) => samples.map(of))])
      tell(plot)
    },
  }
}

const colourOf = (name: string): string => getComputedStyle(document.body).getPropertyValue(name).trim()

const optionsFor = (lines: readonly Line[], width: number, tell: (plot: uPlot) => void): uPlot.Options => {
  const [first] = lines
  const ages = lines.find(({ scale }) => scale === 'age')
  const fromZero = (_: uPlot, _least: number, most: number): [number, number] => [
    0,
    Math.max(most * 1.15, LEAST),
  ]
  const grid = { stroke: () => colourOf('--line'), width: 1 }
  const axis = {
    stroke: () => colourOf('--dim'),
    font: '11px system-ui, sans-serif',
    grid,
    ticks: { show: false },
  }
  const valueAxis = (line: Line | undefined): uPlot.Axis => ({
    ...axis,
    size: 58,
    space: 32,
    ...(line?.steps && { incrs: [...line.steps] }),
    values: (_, splits) => splits.map((value) => line?.text(value).replace('/s', '') ?? ''),
  })
  return {
    width,
    height: HEIGHT,
    padding: [8, ages ? 0 : HALF_TIME, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'wmkt' } },
    scales: {
      x: { range: atLeastAMinute },
      y: { range: fromZero },
      ...(ages && { age: { range: fromZero } }),
    },
    axes: [
      { ...axis, size: 28, space: 70, values: (_, splits) => splits.map(timeText) },
      valueAxis(first),
      ...(ages ? [{ ...valueAxis(ages), scale: 'age', side: 1, grid: { show: false } }] : []),
    ],
    series: [{}, ...lines.map(seriesOf)],
    hooks: { setCursor: [tell] },
  }
}

const MINUTE_S = 60

/** In seconds. A page just opened has a point or none: that is the end of a minute, and uPlot would make a day of it. */
const atLeastAMinute = ({ data }: uPlot): [number, number] => {
  const [times = []] = data ?? []
  const end = times.at(-1) ?? Date.now() / 1_000
  return [Math.min(times[0] ?? end, end - MINUTE_S), end]
}

const timeText = (seconds: number): string =>
  new Date(seconds * 1_000).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })

const seriesOf = ({ label, colour, filled, scale }: Line): uPlot.Series => ({
  label,
  scale: scale ?? 'y',
  width: 1.75,
  spanGaps: true,
  points: { show: false },
  stroke: () => colourOf(colour),
  ...(filled && { fill: () => `color-mix(in srgb, ${colourOf(colour)} 14%, transparent)` }),
})

import { showBanner, showLost } from './banner.ts'
import { createCharts } from './charts.ts'
import { byId } from './element.ts'
import { createLanes } from './lanes.ts'
import { createLetters } from './letters.ts'
import { showSettlement } from './settlement.ts'
import { showTiles } from './tiles.ts'
import { showTypes } from './types.ts'
import type { Frame } from './wire.ts'

const isFrame = (value: unknown): value is Frame =>
  typeof value === 'object' && value !== null && 'status' in value && 'samples' in value

const charts = createCharts()
const lanes = createLanes()
const letters = createLetters()
const live = byId('live', HTMLSpanElement)

const say = (word: 'live' | 'no connection') => {
  live.textContent = word
  live.classList.toggle('on', word === 'live')
}

/** What a page shows that hears nothing any more is of then, however well it looks. */
let heardAt = Date.now()

const show = (frame: Frame) => {
  heardAt = Date.now()
  say('live')
  showBanner(frame.status)
  showTiles(frame.status)
  charts.add(frame.samples)
  lanes.show(frame)
  showTypes(frame.status)
  showSettlement(frame.status)
  letters.show(frame.status)
}

/** The browser connects again by itself, except after an answer that is no stream. */
const AGAIN_MS = 3_000

const follow = (): void => {
  const source = new EventSource('api/live')
  source.onmessage = ({ data }) => {
    const frame: unknown = JSON.parse(data)
    if (isFrame(frame)) show(frame)
  }
  source.onerror = () => {
    say('no connection')
    showLost(heardAt)
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS)
  }
}

follow()

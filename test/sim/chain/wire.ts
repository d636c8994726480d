import { oneOf } from '../../support/seeded.ts'
import { OUTSIDE, type World } from '../world.ts'
import { type Mortal, NEVER } from './mortal.ts'
import type { Weather } from './weather.ts'

export type Answer = { status: number; headers: Readonly<Record<string, string>>; body: string }
/** Whoever takes requests: answers or resets, once, some time. */
export type Front = (
  body: string,
  cookie: string,
  answer: (answer: Answer) => void,
  reset: () => void,
) => void

export type Posting = {
  body: string
  cookie: string
  /** Keepalive, or a beacon: it flies on when its page is gone. */
  flies: boolean
  /** The page gives up. */
  timeoutMs?: number | undefined
}

/** As much of a `Response` as the tag looks at. */
export type PageResponse = {
  ok: boolean
  status: number
  headers: { get(name: string): string | null }
  json(): Promise<unknown>
}

export interface Wire {
  post(sender: Mortal, isOnline: () => boolean, posting: Posting): Promise<PageResponse>
  /** Requests under way. */
  flying(): number
}

const TRAVEL_MS = 80
const LATE_MS = 60_000
const html = (status: number): Answer => ({ status, headers: {}, body: '<html></html>' })
const tooLarge: Answer = html(413)

const responseOf = ({ status, headers, body }: Answer): PageResponse => ({
  ok: status >= 200 && status < 300,
  status,
  headers: { get: (name) => headers[name.toLowerCase()] ?? null },
  json: async () => JSON.parse(body),
})

/** The way from page to relay, with all that stands on it: it loses, delays, repeats and answers for others. */
export const createWire = (world: World, weather: () => Weather, front: Front): Wire => {
  const { random } = world
  const travel = () => random() * TRAVEL_MS
  let flying = 0

  /** What stands between answers in the relay's place. */
  const bouncer = ({ body }: Posting): Answer | undefined => {
    const { portal, proxy, limitBytes } = weather().wire
    if (random() < portal) return html(200)
    if (random() < proxy) return html(oneOf(random, 502, 403, 404))
    return body.length > limitBytes ? tooLarge : undefined
  }
  /** One copy on its way. */
  const fly = (
    sender: Mortal,
    posting: Posting,
    answer: (answer: Answer) => void,
    fail: (ms: number) => void,
  ) => {
    flying += 1
    const ms = random() < weather().wire.late ? random() * LATE_MS : travel()
    world.plan(OUTSIDE, ms, () => {
      flying -= 1
      const isCut = !sender.being.alive && !posting.flies && random() < 0.5
      if (isCut) return
      const reset = () => fail(travel())
      const heard = (given: Answer) => (random() < weather().wire.cut ? reset() : answer(given))
      front(posting.body, posting.cookie, heard, reset)
    })
  }
  return {
    flying: () => flying,
    post(sender, isOnline, posting) {
      if (!sender.act()) return NEVER
      return new Promise((resolve, reject) => {
        const fail = (ms: number) => void sender.plan(ms, () => reject(new TypeError('Failed to fetch')))
        const answer = (given: Answer) => void sender.plan(travel(), () => resolve(responseOf(given)))
        if (posting.timeoutMs !== undefined) fail(posting.timeoutMs)
        if (!isOnline()) return fail(1)
        if (random() < weather().wire.lost) return fail(random() < 0.5 ? travel() : 90_000)
        const instead = bouncer(posting)
        if (instead) return answer(instead)
        const copies = random() < weather().wire.repeated ? 2 : 1
        for (let n = 0; n < copies; n += 1) fly(sender, posting, answer, fail)
      })
    },
  }
}

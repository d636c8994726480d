import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tablesOf, withMeasured } from '../../bench/relays/report/page.ts'
import { plotOf } from '../../bench/relays/report/plot.ts'
import type { Cell, Report } from '../../bench/relays/report/report.ts'
import { lossTable, lossText, throughputTable } from '../../bench/relays/report/table.ts'
import { tallyOf } from '../../bench/relays/report/tally.ts'
import { ROOT } from '../support/sources.ts'

const clean = { sent: 10, acknowledged: 10, arrived: 10, waiting: 0, setAside: 0, lost: 0, doubled: 0 }
const cell = (change: Partial<typeof clean> & { contender?: string; seconds?: number }): Cell => ({
  ...{ contender: 'ours', fault: 'kill', ...clean, seconds: 1 },
  ...change,
})

const report: Report = {
  ...{ date: '2026-11-24', versions: ['Node 20', 'a 1.0'], events: 10, patienceS: 90 },
  contenders: [
    { name: 'ours', title: 'ours', at2xx: 'synced' },
    { name: 'other', title: 'a < b & c', at2xx: 'nothing' },
  ],
  faults: [
    { name: 'kill', title: 'relay SIGKILL' },
    { name: 'kill-store', title: 'store SIGKILL' },
  ],
  losses: [
    cell({}),
    cell({ contender: 'other', arrived: 4, waiting: 1, setAside: 2, lost: 3, doubled: 1 }),
    { contender: 'other', fault: 'kill-store', why: 'no\nserver | here' },
  ],
  throughput: [
    { contender: 'ours', perSecond: 1234.5, deliveredPerSecond: 99.5, ratio: 2 },
    { contender: 'other', perSecond: 7, deliveredPerSecond: 1 },
  ],
}

describe('the tally of a cell', () => {
  const nonces = ['a', 'b', 'c', 'd', 'e']
  const times = new Map([
    ['a', 1],
    ['b', 2],
    ['never-acknowledged', 1],
  ])

  test('puts each acknowledged event into one of arrived, waiting, set aside and lost', () => {
    const account = { waiting: ['c', 'd', 'a'], setAside: ['d'] }
    expect(tallyOf({ sent: 6, acknowledged: nonces, times, account })).toEqual({
      ...{ sent: 6, acknowledged: 5, arrived: 2, waiting: 1, setAside: 1, lost: 1, doubled: 1 },
    })
  })

  test('counts as lost whatever its contender does not name', () => {
    const account = { waiting: [], setAside: [] }
    expect(tallyOf({ sent: 5, acknowledged: nonces, times: new Map(), account }).lost).toBe(5)
  })
})

describe('the tables', () => {
  test.each([
    [cell({}), '0'],
    [cell({ seconds: 60 }), '0, after 60 s'],
    [cell({ arrived: 3, lost: 7 }), '**7 lost**'],
    [cell({ arrived: 3, waiting: 2, setAside: 5, seconds: 90 }), '0, 5 set aside, 2 waiting'],
    [cell({ doubled: 2 }), '0, 2 doubled'],
    [cell({ acknowledged: 4, arrived: 4 }), '0, 4 acknowledged'],
    [cell({ acknowledged: 0, arrived: 0 }), 'none acknowledged'],
    [report.losses[2], 'not run'],
    [undefined, '–'],
  ])('say of a cell what is to say: %o is %s', (one, text) => {
    expect(lossText(one)).toBe(text)
  })

  test('have a row a contender and a column a fault', () => {
    expect(lossTable(report).split('\n')).toEqual([
      '|  | relay SIGKILL | store SIGKILL |',
      '| --- | --- | --- |',
      '| ours | 0 | – |',
      '| a < b & c | **3 lost**, 2 set aside, 1 waiting, 1 doubled | not run |',
    ])
    expect(throughputTable(report)).toContain(
      '| ours | synced | 2.00 | 1235 | 100 |\n| a < b & c | nothing | – | 7 | 1 |',
    )
  })

  test('take the place of the last ones on their page, and leave the rest', () => {
    const page =
      'before\n<!-- measured: npm run bench:peers -- --write -->\nold\n<!-- end of what was measured -->\nafter'
    const written = withMeasured(page, tablesOf(report))
    expect(written).toMatch(/^before\n[\s\S]*\| not run: no server here \|[\s\S]*\nafter$/)
    expect(written).not.toContain('old')
    expect(withMeasured(written, tablesOf(report))).toBe(written)
    expect(() => withMeasured('nothing', '')).toThrow('has no lines')
  })
})

describe('the plot', () => {
  const svg = plotOf(report)

  test('draws each part as wide as its share, one after the other', () => {
    const bars = [
      ...svg.matchAll(/x="([\d.]+)" y="\d+" width="([\d.]+)" height="12" style="fill: var\(--(\w+)/g),
    ]
      .map(([, x, width, part]) => [part, Number(x), Number(width)])
      .filter(([, , width]) => width !== 12)
    expect(bars).toEqual([
      ['arrived', 196, 128],
      ['rate', 496, 94],
      ['arrived', 196, 51.2],
      ['waiting', 247.2, 12.8],
      ['setAside', 260, 25.6],
      ['lost', 285.6, 38.4],
    ])
  })

  test('tells its cells in words too, in dark and light, and escapes what it is given', () => {
    for (const text of [
      '10 arrived',
      '1 waiting, 2 set aside, 3 lost, 1 doubled',
      'not run',
      'no store apart',
    ])
      expect(svg).toContain(`>${text}</text>`)
    expect(svg).toContain('a &lt; b &amp; c')
    expect(svg).toContain('prefers-color-scheme: dark')
    expect(svg).not.toMatch(/NaN|undefined/)
  })
})

describe('docs/peers.md', () => {
  const page = readFileSync(join(ROOT, 'docs/peers.md'), 'utf8')
  const contenders = readFileSync(join(ROOT, 'bench/relays/contenders.mjs'), 'utf8')
  const titles = [...contenders.matchAll(/title: '([^']+)'/g)].map((match) => match[1] ?? '')

  test.each(titles)('and its plot tell of %s', (title) => {
    expect(page).toContain(`| ${title} |`)
    expect(readFileSync(join(ROOT, 'docs/peers.svg'), 'utf8')).toContain(`>${title}</text>`)
  })
})

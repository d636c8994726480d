import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCampaign, readOutlay } from '../../../packages/relay/src/after/campaign.ts'
import { flawOfHeader, parseCsv } from '../../../packages/relay/src/after/csv.ts'
import { METRIC_COLUMNS, readMetric } from '../../../packages/relay/src/after/metric.ts'
import { idOf } from '../../../packages/relay/src/after/report.ts'

const cell = fc.string({ maxLength: 12 }).map((text) => text.replace(/\r/g, '').trim())
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

test('what is written with quotes is read back, by either separator and either end of line', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { maxLength: 5 }),
      fc.constantFrom(',', ';'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (rows, separator, end, endsSo) => {
        const lines = [['Event', ' key '], ...rows].map((row) => row.map(quoted).join(separator))
        const { header, rows: read } = parseCsv(`\uFEFF${lines.join(end)}${endsSo ? end : ''}`)
        expect(header).toEqual(['event', 'key'])
        expect(read.map(({ cells }) => [cells.event, cells.key])).toEqual(rows)
      },
    ),
  )
})

test('values without quotes, empty lines, and a comma in a file of semicolons', () => {
  const text = 'event;key;value\na;b,c;1\n\n  d ;e;"2"\n'
  expect(parseCsv(text).rows).toEqual([
    { line: 2, cells: { event: 'a', key: 'b,c', value: '1' } },
    { line: 4, cells: { event: 'd', key: 'e', value: '2' } },
  ])
})

test('a line number counts the lines within quotes', () => {
  expect(parseCsv('event,key\n"a\nb",c\nd,e').rows.map(({ line }) => line)).toEqual([2, 4])
})

test.each([
  ['too few values', 'event,key\na', /^line 2: as many values/],
  ['a quote that does not close', 'event,key\n"a,b', /^line 2: a quote that does not close/],
  ['a quote within a value', 'event,key\nd,e\nsec"ret,b', /^line 3: a quote(?!.*sec)/],
])('%s is named with its line', (_what, text, message) => {
  expect(() => parseCsv(text)).toThrow(message)
})

test.each<[string[], RegExp | undefined]>([
  [['event', 'key', 'value'], undefined],
  [['date', 'value', 'key', 'event'], undefined],
  [['event', 'value'], /^no column key/],
  [['event', 'key', 'value', 'note'], /^an unknown column note/],
  [['event', 'key', 'value', 'key'], /^two columns key/],
])('the header %j', (header, flaw) => {
  if (flaw) expect(flawOfHeader(header, METRIC_COLUMNS)).toMatch(flaw)
  else expect(flawOfHeader(header, METRIC_COLUMNS)).toBeUndefined()
})

test('a row says what is to be set, or what is wrong, without what it holds', () => {
  const row = { event: 'e', key: 'turnover', value: '12.50', date: '2026-03-14T09:26:53Z' }
  expect(readMetric('statistic', row)).toEqual({ ...row, value: 12.5 })
  expect(readMetric('state', { ...row, value: '1', date: '' })).toEqual({
    event: 'e',
    key: 'turnover',
    value: 1,
  })
  for (const wrong of [
    { event: '' },
    { key: '' },
    { value: '12,50' },
    { value: 'secret' },
    { date: '14/03/2026' },
  ])
    expect(readMetric('statistic', { ...row, ...wrong })).toMatch(/^(event|value|date)(?!.*(secret|2026\b$))/)
  expect(readMetric('state', row)).toMatch(/^value: expected 0 or 1/)
})

test.each([
  [
    { slug: 's', name: 'n' },
    { slug: 's', name: 'n' },
  ],
  [
    { slug: 's', name: 'n', active: '0' },
    { slug: 's', name: 'n', active: false },
  ],
  [{ slug: '', name: 'n' }, 'slug and name are needed'],
  [{ slug: 's', name: 'n', active: 'toString' }, 'active: expected true or false'],
])('a campaign %j', (cells, expected) => {
  expect(readCampaign(cells)).toEqual(expected)
})

test('an outlay is an amount over a time that ends after it begins', () => {
  const row = { slug: 's', amount: '320.50', start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' }
  expect(readOutlay(row)).toEqual({ ...row, amount: 320.5 })
  for (const wrong of [{ slug: '' }, { amount: '-1' }, { start: '' }, { end: '2026-02-01T00:00:00Z' }])
    expect(readOutlay({ ...row, ...wrong })).toMatch(/expected|needed/)
})

test('a change has one id, and another when anything about it differs', () => {
  const change = { event: 'e', key: 'k', value: 1 }
  const ids = [
    idOf('state', change),
    idOf('statistic', change),
    idOf('state', { ...change, value: 0 }),
    idOf('state', { ...change, key: 'l' }),
    idOf('state', { ...change, date: '2026-03-14T09:26:53Z' }),
  ]
  expect(new Set(ids).size).toBe(5)
  expect(idOf('state', { ...change })).toBe(ids[0])
})

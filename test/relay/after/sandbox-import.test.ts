import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { freePort } from '../../support/free-port.ts'
import { useBox } from '../../support/sandbox.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { runCli } from '../../support/terminal.ts'

const box = useBox()
vi.setConfig({ testTimeout: 60_000 })

const CAMPAIGNS = '~/custom-ads/demo-store/campaigns'
const folder = tempFolder('import')
let files = 0
const file = (...lines: string[]): string => {
  files += 1
  const path = join(folder, `${files}.csv`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}
const cli = async (...args: string[]) => {
  const { api, projectId } = box.sandbox
  const env = { WMKT_PROJECT_ID: projectId, WMKT_ACCESS_TOKEN: box.token, WMKT_API_URL: api }
  return runCli(args, { env: { ...env, WMKT_ADMIN_PORT: String(await freePort()) } })
}
const custom = ['--integration', 'demo-store', '--json']
const counted = { rows: 2, wrong: 0, before: 0, set: 2, refused: 0, failed: 0 }

test('states of a file stand with their events; a key that the type has not is refused', async () => {
  const id: string = (await box.sync('contact-form', { email: 'lea@shop.test' })).body
  const path = file('event,key,value,date', `${id},qualified,1,2026-05-04T12:00:00Z`, `${id},nothing,1,`)
  const { code, out } = await cli('state', 'import', path, '--json')
  expect([code, JSON.parse(out)]).toEqual([1, { ...counted, set: 1, refused: 1 }])
  expect((await box.get(`~/events/${id}`)).body.metrics).toMatchObject([
    { type: 'state', storageKey: 'qualified', data: { value: 1, date: '2026-05-04T12:00:00.000Z' } },
  ])
})

test('statistics of a file stand with their events; the key of a state is refused', async () => {
  const id: string = (await box.sync('contact-form', { email: 'leo@shop.test' })).body
  const path = file('event,key,value,date', `${id},turnover,129.90,`, `${id},qualified,1,`)
  const { code, out } = await cli('statistic', 'import', path, '--json')
  expect([code, JSON.parse(out)]).toEqual([1, { ...counted, set: 1, refused: 1 }])
  expect((await box.get(`~/events/${id}`)).body.metrics).toMatchObject([
    { type: 'statistic', storageKey: 'turnover', data: { value: 129.9, amount: 129.9, currency: 'EUR' } },
  ])
})

test('campaigns are made, renamed, switched, and left alone when they are so already', async () => {
  const first = file('slug,name,active', 'fair,Spring fair,', 'mailing,Mailing,false')
  expect(JSON.parse((await cli('campaign', 'import', first, ...custom)).out)).toEqual(counted)
  const second = file('slug,name,active', 'fair,Fair of spring,0', 'mailing,Mailing,')
  expect(JSON.parse((await cli('campaign', 'import', second, ...custom)).out)).toEqual(counted)
  const { data } = (await box.get(`${CAMPAIGNS}?sort=name&explicit=1`)).body
  expect(data).toMatchObject([
    { campaignSlug: 'fair', name: 'Fair of spring', active: false },
    { campaignSlug: 'mailing', name: 'Mailing', active: false },
  ])
})

test('an outlay is recorded once, however often it is imported and the report lost', async () => {
  const { id } = (await box.post(CAMPAIGNS, { campaignSlug: 'radio', name: 'Radio' })).body
  const rows = ['slug,amount,start,end', 'radio,320.5,2026-03-01T00:00:00Z,2026-04-01T00:00:00Z']
  for (let round = 0; round < 2; round += 1)
    expect((await cli('outlay', 'import', file(...rows), ...custom)).code).toBe(0)
  const { data } = (await box.get(`${CAMPAIGNS}/${id}/outlays`)).body
  expect(data).toMatchObject([{ amount: { amount: 320.5 }, startDate: '2026-03-01T00:00:00.000Z' }])
  const unknown = await cli(
    'outlay',
    'import',
    file(...rows, rows[1]?.replace('radio', 'tv') ?? ''),
    ...custom,
  )
  expect([unknown.code, JSON.parse(unknown.out)]).toEqual([1, { ...counted, set: 1, refused: 1 }])
})

test('without an integration there is no place for campaigns', async () => {
  expect((await cli('campaign', 'import', file('slug,name'))).code).toBe(2)
})

import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

const keys = async (path: string): Promise<string[]> =>
  (await box.get(path)).body.map(({ key }: { key: string }) => key)

describe('project fields', () => {
  test('are plain arrays, of one entity each or of all', async () => {
    expect(await keys('~/user-fields?')).toEqual(expect.arrayContaining(['email', 'phone', 'loyalty_id']))
    expect(await keys('~/state-fields')).toEqual(['converted', 'qualified'])
    expect(await keys('~/statistic-fields')).toEqual(['quantity', 'turnover'])
    expect(await keys('~/fields')).toHaveLength(9)
  })

  test('are shown in the shape the official SDK reads', async () => {
    const { body } = await box.get('~/user-fields')
    const email = body.find(({ key }: { key: string }) => key === 'email')
    expect(email).toEqual({
      ...{
        _id: expect.stringMatching(/^[0-9a-f]{24}$/),
        projectId: 'demo-shop',
        entity: 'user',
        key: 'email',
      },
      ...{ label: 'Email', type: 'email', isPii: true, discriminant: true, metadata: {}, archivedAt: null },
    })
  })

  test('are created, used by event types, and archived', async () => {
    const { status, body } = await box.post('~/fields', {
      entity: 'user',
      key: 'company',
      label: 'Company',
      type: 'string',
      discriminant: true,
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ key: 'company', discriminant: true, isPii: false })
    const field = {
      label: 'C',
      entity: 'user',
      type: 'string',
      ingestionKey: 'c',
      storageKey: 'company',
      discriminant: true,
    }
    expect((await box.post('~/event-types', { reference: 'b2b', name: 'B2B', fields: [field] })).status).toBe(
      201,
    )
    expect((await box.delete(`~/fields/${body._id}`)).status).toBe(200)
    expect(await keys('~/user-fields')).not.toContain('company')
    expect((await box.delete(`~/fields/${body._id}`)).status).toBe(404)
    expect(
      (await box.post('~/event-types', { reference: 'b2b-2', name: 'B2B', fields: [field] })).status,
    ).toBe(400)
  })

  test('of the entity "metric" are statistics, which are numbers or currencies', async () => {
    const { body } = await box.post('~/fields', {
      entity: 'metric',
      key: 'margin',
      label: 'Margin',
      type: 'currency',
    })
    expect(body.entity).toBe('statistic')
    const text = await box.post('~/fields', {
      entity: 'statistic',
      key: 'mood',
      label: 'Mood',
      type: 'string',
    })
    expect(text.status).toBe(400)
  })

  test('whose key is taken are refused with 409', async () => {
    const { status } = await box.post('~/fields', { entity: 'user', key: 'email', label: 'E', type: 'email' })
    expect(status).toBe(409)
  })

  test.each([{}, [], 'x', null, { entity: 'event-type', key: 'k', label: 'l', type: 'string' }])(
    'of no sense (%j) are refused with 400',
    async (body) => {
      expect((await box.post('~/fields', body)).status).toBe(400)
    },
  )
})

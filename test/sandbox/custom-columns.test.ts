import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()
const roi = {
  key: 'roi',
  name: 'ROI',
  format: 'percent',
  symbols: [{ metric: 'turnover' }, '/', { metric: 'cost' }],
}

describe('custom columns', () => {
  test('are created, listed as a plain array, read and deleted', async () => {
    const { status, body } = await box.post('~/custom-columns', roi)
    expect(status).toBe(201)
    expect(body).toEqual({ id: expect.stringMatching(/^[0-9a-f]{24}$/), projectId: 'demo-shop', ...roi })
    expect((await box.get('~/custom-columns?')).body).toEqual([body])
    expect((await box.get(`~/custom-columns/${body.id}`)).body).toEqual(body)
    expect((await box.post('~/custom-columns', roi)).status).toBe(409)
    expect((await box.delete(`~/custom-columns/${body.id}`)).status).toBe(200)
    expect((await box.get(`~/custom-columns/${body.id}`)).status).toBe(404)
    expect((await box.delete(`~/custom-columns/${body.id}`)).status).toBe(404)
  })

  test.each([{}, { ...roi, format: 'colour' }, { ...roi, symbols: 'a/b' }, []])(
    'of %j are refused',
    async (body) => {
      expect((await box.post('~/custom-columns', body)).status).toBe(400)
    },
  )
})

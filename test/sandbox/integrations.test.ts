import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

describe('integrations', () => {
  test('are listed in pages of five keys', async () => {
    const { body } = await box.get('~/integrations?limit=1&offset=0')
    expect(body).toMatchObject({ count: 1, total: 2, offset: 0, limit: 1 })
  })

  test('are shown in the shape the official SDK reads', async () => {
    const { body } = await box.get('~/integrations/demo-store')
    expect(body).toEqual({
      ...{ _id: expect.stringMatching(/^[0-9a-f]{24}$/), projectId: 'demo-shop', credentialId: null },
      ...{ name: 'Demo store', type: 'custom-ads', wmktId: 'demo-store', dataSource: 'custom-ads' },
      ...{ urlCheck: { lastCheck: expect.any(String), status: 'valid' }, createdAt: expect.any(String) },
    })
  })

  test('that nobody has are a 404', async () => {
    expect((await box.get('~/integrations/nobody')).status).toBe(404)
  })
})

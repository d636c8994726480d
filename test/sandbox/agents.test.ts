import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

describe('the agent behind the token', () => {
  test('is the service account', async () => {
    const { body } = await box.get('/agents/me')
    expect(Object.keys(body).sort()).toEqual(['email', 'firstname', 'id', 'lastname', 'phone', 'picture'])
  })

  test('sees its one workspace, without the client’s secret', async () => {
    const { body } = await box.get('/agents/me/workspaces?')
    expect(body).toHaveLength(1)
    expect(Object.keys(body[0])).toEqual(
      expect.arrayContaining(['id', 'slug', 'name', 'billingId', 'clientId']),
    )
    expect(body[0]).not.toHaveProperty('clientSecret')
  })

  test('sees its projects, as a plain array', async () => {
    const { body } = await box.get('/agents/me/projects')
    expect(body).toEqual(expect.arrayContaining([(await box.get('~')).body]))
  })
})

describe('a project', () => {
  test('is shown in the shape the official SDK reads', async () => {
    const { body } = await box.get('~?')
    expect(body).toMatchObject({
      id: 'demo-shop',
      mode: 'e-commerce',
      currency: 'EUR',
      retentionDurationInDays: null,
    })
    expect(body.phoneParsingConfig).toContain('FR')
  })

  test('nobody has is a 404 in the upstream’s shape, whatever is asked of it', async () => {
    const { status, body } = await box.get('/projects/other-shop/event-types')
    expect(status).toBe(404)
    expect(body).toEqual({ statusCode: 404, message: 'Project other-shop not found', error: 'Not Found' })
  })
})

describe('a route nobody has', () => {
  test('is told as NestJS tells it', async () => {
    const { status, body } = await box.get('/nothing/here')
    expect(status).toBe(404)
    expect(body).toEqual({ statusCode: 404, message: 'Cannot GET /api/v1/nothing/here', error: 'Not Found' })
  })
})

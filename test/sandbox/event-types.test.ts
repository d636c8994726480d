import { describe, expect, test } from 'vitest'
import { useBox } from '../support/sandbox.ts'

const box = useBox()

const message = {
  label: 'Message',
  entity: 'event-type',
  type: 'string',
  ingestionKey: 'msg',
  storageKey: 'message_text',
}
const email = {
  label: 'E-mail',
  entity: 'user',
  type: 'email',
  ingestionKey: 'mail',
  storageKey: 'email',
  optional: false,
}

const references = async (query: string): Promise<string[]> =>
  (await box.get(`~/event-types?${query}`)).body.data.map(({ reference }: { reference: string }) => reference)

describe('the demo event types', () => {
  test('are there from the first start', async () => {
    expect((await references('limit=50&sort=name')).toSorted()).toEqual(
      expect.arrayContaining(['contact-form', 'cta', 'newsletter', 'page-view', 'purchase']),
    )
  })

  test('are shown in the documented shape', async () => {
    const { body } = await box.get('~/event-types/contact-form')
    expect(body).toMatchObject({
      ...{ _id: expect.stringMatching(/^[0-9a-f]{24}$/), projectId: 'demo-shop', reference: 'contact-form' },
      ...{ archivedAt: null, metadata: {}, phoneParsingConfig: [], expirationPolicy: { from: 'project' } },
    })
    expect(body.fields[0]).toMatchObject({ storageKey: 'email', discriminant: true, optional: false })
  })

  test('can be asked for by _id as well', async () => {
    const { body } = await box.get('~/event-types/purchase')
    expect((await box.get(`~/event-types/${body._id}`)).body.reference).toBe('purchase')
  })
})

describe('the list', () => {
  test('comes in pages of five keys', async () => {
    const { body } = await box.get('~/event-types?limit=2&offset=1&sort=name')
    expect(body).toMatchObject({ count: 2, offset: 1, limit: 2 })
    expect(body.total).toBeGreaterThanOrEqual(5)
  })

  test('pages meet without a gap or an overlap', async () => {
    const whole = await references('limit=50&sort=-createdAt')
    const pages: string[] = []
    for (let offset = 0; offset < whole.length; offset += 2) {
      pages.push(...(await references(`limit=2&offset=${offset}&sort=-createdAt`)))
    }
    expect(pages).toEqual(whole)
  })

  test('is sorted by a comma list, a minus for descending', async () => {
    const names = await references('sort=name&limit=50')
    expect(await references('sort=-name&limit=50')).toEqual(names.toReversed())
    expect((await box.get('~/event-types?sort=colour')).status).toBe(400)
  })

  test('is searched in name and reference, and a percent sign means itself', async () => {
    expect(await references('search=FORM')).toEqual(['contact-form'])
    expect(await references('search=%25')).toEqual([])
  })

  test('is filtered by reference and by storage key', async () => {
    expect(await references('reference=cta')).toEqual(['cta'])
    expect(await references('storageKey=order_id')).toEqual(['purchase'])
  })

  test.each(['?archived=0', '?archived=false', '?', '', '?archived='])(
    'shows the unarchived for %j',
    async (query) => {
      expect((await box.get(`~/event-types${query}`)).body.total).toBeGreaterThanOrEqual(5)
    },
  )
})

describe('an event type', () => {
  test('is created, answered whole, and takes events by its ingestion keys', async () => {
    const { status, body } = await box.post('~/event-types', {
      reference: 'quote',
      name: 'Quote',
      fields: [email, message],
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      reference: 'quote',
      attributable: true,
      fields: [{ optional: false }, { optional: true }],
    })
    const { body: id } = await box.sync('quote', { mail: 'q@shop.test', msg: 'hello' })
    expect((await box.get(`~/events/${id}`)).body).toMatchObject({
      event: { message_text: 'hello' },
      user: { email: 'q@shop.test' },
    })
  })

  test('whose reference is taken is refused with 409', async () => {
    const { status, body } = await box.post('~/event-types', { reference: 'cta', name: 'Again', fields: [] })
    expect([status, body.error]).toEqual([409, 'Conflict'])
  })

  test('takes a legacy key for both keys', async () => {
    const legacy = { label: 'Old', entity: 'event-type', type: 'string', key: 'old_key' }
    const { body } = await box.post('~/event-types', {
      reference: 'legacy',
      name: 'Legacy',
      fields: [legacy],
    })
    expect(body.fields[0]).toMatchObject({ ingestionKey: 'old_key', storageKey: 'old_key' })
  })

  test.each([
    ['no name', { reference: 'x1', fields: [] }, /name/],
    ['fields that are no list', { reference: 'x1', name: 'X', fields: {} }, /fields must be an array/],
    [
      'a field of no type',
      { reference: 'x1', name: 'X', fields: [{ ...message, type: 'blob' }] },
      /fields\.0\.type/,
    ],
    [
      'a user field the project has not',
      { reference: 'x1', name: 'X', fields: [{ ...email, storageKey: 'twitter' }] },
      /twitter/,
    ],
    [
      'a user field of another type',
      { reference: 'x1', name: 'X', fields: [{ ...email, type: 'string' }] },
      /must be email/,
    ],
    [
      'a storage key twice',
      { reference: 'x1', name: 'X', fields: [message, { ...message, ingestionKey: 'm2' }] },
      /twice/,
    ],
    [
      'a project’s key for its own field',
      { reference: 'x1', name: 'X', fields: [{ ...message, storageKey: 'email' }] },
      /project/,
    ],
  ])('with %s is refused', async (_, sent, expected) => {
    const { status, body } = await box.post('~/event-types', sent)
    expect(status).toBe(400)
    expect(body.message).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
  })

  test('changes: fields as a whole make a new version, the rest stays', async () => {
    await box.post('~/event-types', { reference: 'change', name: 'Change', fields: [email] })
    const { status, body } = await box.patch('~/event-types/change', {
      fields: [message],
      attributable: false,
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      name: 'Change',
      attributable: false,
      fields: [{ storageKey: 'message_text' }],
    })
    const { body: id } = await box.sync('change', {})
    expect((await box.get(`~/events/${id}`)).body.attributable).toBe(false)
    const policy = { from: 'event-type', retentionDurationInDays: null }
    expect(
      (await box.patch('~/event-types/change', { expirationPolicy: policy })).body.expirationPolicy,
    ).toEqual(policy)
    expect((await box.patch('~/event-types/change', { expirationPolicy: { from: 'me' } })).status).toBe(400)
  })

  test('deleted is archived: gone for readers, listed as archived, its reference free again', async () => {
    await box.post('~/event-types', { reference: 'gone', name: 'Gone', fields: [] })
    expect((await box.delete('~/event-types/gone')).status).toBe(200)
    const { status, body } = await box.get('~/event-types/gone')
    expect([status, body.error]).toEqual([404, 'Not Found'])
    expect(await references('archived=true&limit=50')).toContain('gone')
    expect(await references('archived=1&limit=50')).not.toContain('cta')
    expect(await references('limit=50')).not.toContain('gone')
    expect((await box.post('~/event-types', { reference: 'gone', name: 'Back', fields: [] })).status).toBe(
      201,
    )
  })
})

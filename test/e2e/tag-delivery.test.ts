import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { endings, heard, listen, POLL, recordMany, rowsHeld, useTagSite, wmkt } from '../support/tag-site.ts'

const site = useTagSite()
const COOKIE = '<script>document.cookie = "ndrstnd=ru1cc7QHeklGu2"</script>'

describe('an item on its way', () => {
  test('a call before the script has loaded arrives as text/plain, with the tracker ID of the cookie', async () => {
    const body = '<script>wmkt("event", "purchase", { amount: 12 })</script>'
    await site.open({ head: COOKIE, body })
    await expect.poll(() => site.collector.stored.size, POLL).toBe(1)
    const [arrival] = site.collector.arrivals
    expect(arrival?.contentType).toBe('text/plain;charset=UTF-8')
    expect(arrival?.batch).toMatchObject({
      v: 1,
      projectId: 'demo-shop',
      consent: 'granted',
      storage: 'disk',
      evicted: 0,
      items: [{ kind: 'event', eventType: 'purchase', data: { amount: 12 }, trackerId: 'ru1cc7QHeklGu2' }],
    })
  })

  test('an interaction arrives without a tracker ID, with the nonce and the time the caller gave', async () => {
    const page = await site.open({ head: COOKIE })
    const given = { nonce: 'visit-7', occurredAt: 1_763_999_990_000 }
    expect(await wmkt(page, 'interaction', { email: 'a@b.c' }, { wmktId: 'w', cid: 's' }, given)).toBe(
      'visit-7',
    )
    await expect
      .poll(() => site.collector.stored.get('visit-7'), POLL)
      .toEqual({
        kind: 'interaction',
        nonce: 'visit-7',
        occurredAt: 1_763_999_990_000,
        userData: { email: 'a@b.c' },
        nodeData: { wmktId: 'w', cid: 's' },
      })
  })

  test('the page hears stored, then the ending the receipt names, and the outbox is empty', async () => {
    const page = await site.open({ head: COOKIE })
    site.collector.verdicts.set('bad', { ending: 'rejected', code: 'no such field' })
    site.collector.verdicts.set('kept', { ending: 'held', code: 'EVENT_TYPE_UNKNOWN' })
    await listen(page)
    for (const nonce of ['good', 'bad', 'kept', 'good']) await wmkt(page, 'event', 'view', {}, { nonce })
    await expect.poll(() => endings(page), POLL).toHaveLength(4)
    expect(await heard(page)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ nonce: 'good', kind: 'event', ending: undefined }),
        expect.objectContaining({ nonce: 'good', ending: 'delivered' }),
        expect.objectContaining({
          nonce: 'bad',
          ending: 'rejected',
          code: 'ITEM_INVALID',
          message: 'no such field',
        }),
        expect.objectContaining({ nonce: 'kept', ending: 'delivered', code: 'EVENT_TYPE_UNKNOWN' }),
      ]),
    )
    expect(await rowsHeld(page)).toBe(0)
  })

  test('6 tabs record 50 each at once: 300 of 300 arrive, and no nonce is on the wire twice', async () => {
    const pages = [await site.open({ head: COOKIE })]
    while (pages.length < 6) pages.push(await site.visit())
    await Promise.all(pages.map((page) => recordMany(page, 50)))
    await expect.poll(() => site.collector.stored.size, POLL).toBe(300)
    await expect.poll(() => rowsHeld(pages[0] as Page), POLL).toBe(0)
    expect(site.collector.wire()).toHaveLength(300)
  })

  test('a batch has at most 100 items and 60 KB; a larger item goes alone', async () => {
    const page = await site.open({ head: COOKIE })
    site.collector.fault = { status: 503 }
    await recordMany(page, 150)
    for (let i = 0; i < 3; i++) await wmkt(page, 'event', 'long', { text: 'é'.repeat(12_000) })
    await wmkt(page, 'event', 'longest', { text: 'x'.repeat(65_000) })
    site.collector.fault = 'none'
    await wmkt(page, 'flush')
    await expect.poll(() => site.collector.stored.size, POLL).toBe(154)
    const sizes = site.collector.arrivals.map(({ batch, bytes }) => [batch.items.length, bytes] as const)
    expect(Math.max(...sizes.map(([items]) => items))).toBe(100)
    for (const [items, bytes] of sizes) expect(bytes <= 60_000 || items === 1).toBe(true)
    await expect.poll(() => rowsHeld(page), POLL).toBe(0)
  })

  test('two tags of one origin keep their projects and endpoints apart', async () => {
    const page = await site.open({ head: COOKIE })
    const other = await site.open({
      path: '/other',
      head: COOKIE,
      attributes: `data-project="other" data-endpoint="/b/collect"`,
    })
    site.collector.fault = { status: 503 }
    const [mine, others] = [await recordMany(page, 2), await recordMany(other, 3)]
    await page.close()
    const closedAt = Date.now()
    // The copy that the closing page has sent may come at any time, and is refused as before.
    site.collector.fault = ({ projectId }) => (projectId === 'other' ? 'none' : { status: 503 })
    await wmkt(other, 'flush')
    await expect.poll(() => rowsHeld(other), POLL).toBe(2)
    expect([...site.collector.stored.keys()].sort()).toEqual(others.sort())
    const { arrivals, sentAfter } = site.collector
    for (const { batch } of sentAfter(closedAt)) expect(batch.projectId).toBe('other')
    for (const { batch, path } of arrivals) {
      const [lane, nonces] =
        path === '/b/collect' ? ['other', others] : path === '/wmkt/collect' ? ['demo-shop', mine] : []
      expect(batch.projectId).toBe(lane)
      expect(nonces).toEqual(expect.arrayContaining(batch.items.map(({ nonce }) => nonce)))
    }
  })
})

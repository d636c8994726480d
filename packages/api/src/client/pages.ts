import type { EndpointName } from '../paths.ts'
import type { Output } from './answer.ts'
import type { CallOptions } from './call.ts'
import type { Input } from './input.ts'
import type { Args } from './method.ts'

/** What a list holds. */
export type ItemOf<Name extends EndpointName> = Output<Name> extends { data: (infer Item)[] } ? Item : never

/** Every item of every page of a list, in order. `limit` is the page size, `offset` where to begin. */
export type Each<Name extends EndpointName> = (
  ...args: Args<Name>
) => AsyncGenerator<ItemOf<Name>, void, undefined>

type Slice = { readonly offset?: number; readonly limit?: number }
type PageOf<Item> = { readonly data: readonly Item[]; readonly total: number }

/** Large enough that lists are few requests, small enough for any server's maximum. */
const PAGE_SIZE = 50

/**
 * Walks the pages of a list. The next page begins after the items received, whatever `offset` and `limit` the answer tells or leaves
 * out, so that a server that hands out fewer than asked loses none; the walk ends at `total`, or at an empty page.
 */
export const eachOf = <Of extends Slice, Item>(
  list: (input: Of, options?: CallOptions) => Promise<PageOf<Item>>,
) =>
  async function* (input: Of, options?: CallOptions): AsyncGenerator<Item, void, undefined> {
    const { offset: begin = 0, limit = PAGE_SIZE } = input
    for (let offset = begin; ; ) {
      const page = await list({ ...input, offset, limit }, options)
      yield* page.data
      offset += page.data.length
      if (page.data.length === 0 || offset >= page.total) return
    }
  }

export type Walks = {
  /** Every trashed event; see `listTrashedEvents`. */
  readonly eachTrashedEvent: Each<'listTrashedEvents'>
  /** Every state and statistic of a user's events; see `listUserMetrics`. */
  readonly eachUserMetric: Each<'listUserMetrics'>
  /** Every event type; see `listEventTypes`. */
  readonly eachEventType: Each<'listEventTypes'>
  /** Every user found; see `searchUsers`. */
  readonly eachUser: Each<'searchUsers'>
  /** Every event of a user; see `listUserEvents`. */
  readonly eachUserEvent: Each<'listUserEvents'>
  /** Every campaign; see `listCampaigns`. */
  readonly eachCampaign: Each<'listCampaigns'>
  /** Every outlay of a campaign; see `listOutlays`. */
  readonly eachOutlay: Each<'listOutlays'>
  /** Every traffic source; see `listIntegrations`. */
  readonly eachIntegration: Each<'listIntegrations'>
}

type Lists = {
  readonly [Name in
    | 'listTrashedEvents'
    | 'listUserMetrics'
    | 'listEventTypes'
    | 'searchUsers'
    | 'listUserEvents'
    | 'listCampaigns'
    | 'listOutlays'
    | 'listIntegrations']: (input: Input<Name>, options?: CallOptions) => Promise<Output<Name>>
}

/** The walks over the lists of a client. */
export const walksOver = (lists: Lists): Walks => ({
  eachTrashedEvent: (input = {}, options) => eachOf(lists.listTrashedEvents)(input, options),
  eachUserMetric: (input, options) => eachOf(lists.listUserMetrics)(input, options),
  eachEventType: (input = {}, options) => eachOf(lists.listEventTypes)(input, options),
  eachUser: (input, options) => eachOf(lists.searchUsers)(input, options),
  eachUserEvent: (input, options) => eachOf(lists.listUserEvents)(input, options),
  eachCampaign: (input, options) => eachOf(lists.listCampaigns)(input, options),
  eachOutlay: (input, options) => eachOf(lists.listOutlays)(input, options),
  eachIntegration: (input = {}, options) => eachOf(lists.listIntegrations)(input, options),
})

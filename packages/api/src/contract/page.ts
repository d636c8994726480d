import { type Static, type TSchema, Type } from '@sinclair/typebox'

/** Which slice of a list: `offset` items skipped, then at most `limit`. The SDK asks for 10 at a time. */
export const SLICE = {
  offset: Type.Optional(Type.Integer({ minimum: 0, description: 'Items to skip.', examples: [20] })),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Most items in the answer; the upstream’s default and maximum are unknown.',
      examples: [50],
    }),
  ),
}

export const ORDER = {
  order: Type.Optional(
    Type.Union([Type.Literal('ASC'), Type.Literal('DESC')], { description: 'Direction of the sort.' }),
  ),
}

/**
 * One page of a list. Two forms are attested, with five keys and with three (`offset` and `limit` missing); `count` is the
 * number of items in this page, `total` that of the whole list.
 */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({
    data: Type.Array(item),
    count: Type.Optional(Type.Integer({ minimum: 0, description: 'Items in this page.' })),
    total: Type.Integer({ minimum: 0, description: 'Items in the whole list.' }),
    offset: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 0 })),
  })

/** The static form of a page. */
export type Page<Item> = Omit<Static<ReturnType<typeof pageOf>>, 'data'> & { data: Item[] }

import { type Static, Type } from '@sinclair/typebox'

/** The value forms a field can have (official SDK). */
export const FieldType = Type.Union(
  [
    Type.Literal('string'),
    Type.Literal('email'),
    Type.Literal('boolean'),
    Type.Literal('date'),
    Type.Literal('location'),
    Type.Literal('currency'),
    Type.Literal('number'),
    Type.Literal('phone'),
  ],
  {
    $id: 'FieldType',
    description:
      'Form of the value. Currency: `{amount, currency}`; location: an object with `zipcode` and `country` among others; date: RFC 3339; phone: a text, best in international form. A statistic is a number or a currency.',
    examples: ['currency'],
  },
)
export type FieldType = Static<typeof FieldType>

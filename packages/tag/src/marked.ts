import type { JsonObject } from '@wmkt/protocol'
import { readCampaign } from './campaign.ts'
import type { Recorder } from './options.ts'

/** Types of fields that keep a secret or say nothing: password, hidden, file, fieldset; button, submit, reset, image. */
const SILENT = /^([bfhi]|pa|su|re)/

/** A value in the form the API knows, by `data-wmkt-type`, else by the input's own type. What is not here travels as text. */
const formOf = ({ type, value, name, checked, dataset }: HTMLInputElement, before: object): unknown => {
  const number = Number(value.replace(',', '.'))
  const forms: { [type: string]: unknown } = {
    checkbox: checked,
    number,
    range: number,
    currency: { amount: number, currency: dataset.wmktCurrency },
    // A location takes several fields of one name: each adds the part that its own name says.
    location: { ...before, [name]: value },
    phone: value.replace(/[^+\d]/g, ''),
    date: Date.parse(value) ? new Date(value) : value,
  }
  return forms[dataset.wmktType ?? type] ?? value
}

/** What a marked element says: its `data-wmkt-data`, the campaign it asks for, and a form's fields. Throws on ill-formed JSON. */
const dataOf = (element: HTMLFormElement): JsonObject => {
  const { wmktData = '{}', wmktCampaign = '' } = element.dataset
  const data = JSON.parse(wmktData)
  for (const name of wmktCampaign.split(' ')) data[name] = readCampaign(name)
  for (const field of (element.elements ?? []) as Iterable<HTMLInputElement>) {
    const { type, value, checked } = field
    const key = field.dataset.wmktField ?? field.name
    if (key && value && field.matches(':enabled') && !SILENT.test(type) && (checked || type !== 'radio'))
      data[key] = formOf(field, data[key])
  }
  return data
}

/** Records marked forms on submit and other marked elements on click, before the page's own handlers. */
export const captureMarked = (tag: Recorder): void => {
  for (const type of ['click', 'submit'])
    addEventListener(
      type,
      ({ target }) => {
        const marked = (target as Element).closest?.<HTMLFormElement>('[data-wmkt-event]')
        if (marked && !marked.elements === (type === 'click'))
          // Read while the item is made, so that what cannot be read is the item's ending and not the page's exception.
          tag.event(marked.dataset.wmktEvent as string, { toJSON: () => dataOf(marked) })
      },
      true,
    )
}

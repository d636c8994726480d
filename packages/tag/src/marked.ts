import type { JsonObject } from '@wmkt/protocol'
import { readCampaign } from './campaign.ts'
import type { Recorder } from './recorder.ts'

/** Fields that say something, and none that keep a secret. */
const FIELDS =
  ':enabled:not(button,[type=password],[type=hidden],[type=file],[type=submit],[type=radio]:not(:checked))'

/** Values in the forms the API knows, by `data-wmkt-type`, else by the input's own type. What is not here travels as text. */
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
    date: Date.parse(value) ? new Date(value).toJSON() : value,
  }
  return forms[dataset.wmktType ?? type] ?? value
}

/** What a marked element says: its `data-wmkt-data`, the campaign it asks for, and a form's fields. Throws on ill-formed JSON. */
const dataOf = (element: HTMLElement): JsonObject => {
  const { wmktData = '{}', wmktCampaign = '' } = element.dataset
  const data = JSON.parse(wmktData)
  for (const name of wmktCampaign.split(' ')) data[name] = readCampaign(name)
  for (const field of element.querySelectorAll<HTMLInputElement>(FIELDS)) {
    const key = field.dataset.wmktField ?? field.name
    if (key && field.value) data[key] = formOf(field, data[key])
  }
  return data
}

/** Records marked forms on submit and other marked elements on click, before the page's own handlers. */
export const captureMarked = (tag: Recorder): void => {
  for (const type of ['click', 'submit'])
    addEventListener(
      type,
      ({ target }) => {
        const marked = target instanceof Element && target.closest<HTMLElement>('[data-wmkt-event]')
        if (marked && (marked.tagName === 'FORM') === (type === 'submit'))
          // Read while the item is made, so that what cannot be read is the item's ending and not the page's exception.
          void tag.event(`${marked.dataset.wmktEvent}`, { toJSON: () => dataOf(marked) })
      },
      true,
    )
}

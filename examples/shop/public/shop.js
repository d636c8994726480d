// The shop's own code: three buttons that record, and a list that shows what became of each item.
const list = document.getElementById('items')
const template = document.getElementById('item')
const rows = new Map()
/** Titles of what was recorded and is not stored yet, in the order of the calls. */
const titles = []

const describe = {
  purchase: 'Purchase of the kettle',
  'contact-form': 'Contact form',
  interaction: 'Visit in the store',
}

const rowOf = (nonce, title) => {
  const known = rows.get(nonce)
  if (known) return known
  const row = template.content.cloneNode(true).firstElementChild
  row.dataset.nonce = nonce
  row.querySelector('strong').textContent = title
  row.querySelector('.nonce').textContent = nonce
  list.prepend(row)
  document.getElementById('empty').hidden = true
  rows.set(nonce, row)
  return row
}

const reach = (row, step) => row.querySelector(`[data-step=${step}]`)?.classList.add('reached')

const fail = (row, step, why) => {
  row.querySelector(`[data-step=${step}]`)?.classList.add('failed')
  row.querySelector('.detail').textContent = why
}

const showEvent = (row, event) => {
  reach(row, 'computed')
  const tracker = event.trackerId ? `, tracker ${event.trackerId}` : ''
  row.querySelector('.detail').textContent = `${event._id}, dated ${event.eventDate}${tracker}`
}

/** Asks the shop's server until the item has reached its end. */
const follow = async (nonce) => {
  const row = rows.get(nonce)
  if (!row) return
  const answer = await fetch(`shop/items/${encodeURIComponent(nonce)}`).catch(() => undefined)
  const item = answer?.ok ? await answer.json() : {}
  if (item.state === 'buried') return fail(row, 'delivered', `${item.code}: ${item.message}`)
  if (item.state === 'delivered') reach(row, 'delivered')
  if (item.event) return showEvent(row, item.event)
  const done = item.state === 'delivered' && row.dataset.kind === 'interaction'
  if (!done) setTimeout(follow, 250, nonce)
}

wmkt('on', 'stored', ({ nonce, kind }) => {
  const row = rowOf(nonce, titles.shift() ?? 'Item of an earlier visit')
  row.dataset.kind = kind
  if (kind === 'interaction') row.querySelector('[data-step=computed]').remove()
  reach(row, 'stored')
})

wmkt('on', 'ending', ({ nonce, kind, ending, code, message }) => {
  const row = rowOf(nonce, 'Item of an earlier visit')
  row.dataset.kind ??= kind
  if (ending !== 'delivered' && ending !== 'duplicate')
    return fail(row, 'acknowledged', `${ending}: ${message ?? code}`)
  reach(row, 'acknowledged')
  follow(nonce)
})

document.getElementById('buy').addEventListener('click', () => {
  titles.push(describe.purchase)
  wmkt('event', 'purchase', {
    email: document.querySelector('[name=email]').value,
    order_id: `K-${Date.now().toString(36)}`,
    amount: { amount: 49.9, currency: 'EUR' },
  })
})

document.getElementById('contact').addEventListener('submit', (submit) => {
  submit.preventDefault()
  titles.push(describe['contact-form'])
  wmkt('event', 'contact-form', Object.fromEntries(new FormData(submit.target)))
})

document.getElementById('visit').addEventListener('click', () => {
  titles.push(describe.interaction)
  const email = document.querySelector('[name=email]').value
  wmkt('interaction', { email }, { wmktId: 'demo-store', cid: 'spring' })
})

fetch('shop/links')
  .then((answer) => answer.json())
  .then((links) => {
    for (const [name, url] of Object.entries(links)) {
      const link = document.createElement('a')
      link.href = url
      link.textContent = name
      document.getElementById('links').append(link)
    }
  })

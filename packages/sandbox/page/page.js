/** Shows what the sandbox received. All data goes into the page as text, never as markup. */

const $ = (selector) => document.querySelector(selector)

const cell = (content) => {
  const td = document.createElement('td')
  td.append(content ?? '')
  return td
}

const span = (text, className) => {
  const element = document.createElement('span')
  element.className = className
  element.textContent = text
  return element
}

const details = (summary, value) => {
  const element = document.createElement('details')
  const head = document.createElement('summary')
  head.textContent = summary
  const body = document.createElement('pre')
  body.textContent = JSON.stringify(value, null, 2)
  element.append(head, body)
  return element
}

const reasons = (errors) => {
  const list = document.createElement('div')
  for (const { field, message } of errors) {
    const line = span(`${field} ${message}`, 'reason')
    line.style.display = 'block'
    list.append(line)
  }
  return list
}

const timeOf = (date) => (date ? new Date(date).toLocaleTimeString() : '')

const preview = (value) => {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

const eventStatus = ({ status, receptions }) =>
  span(receptions > 1 ? `${status} ×${receptions}` : status, status)

const VIEWS = {
  Events: {
    path: 'events',
    columns: {
      Received: (row) => timeOf(row.receivedAt),
      'Event type': (row) => row.eventType,
      Status: eventStatus,
      Tracker: (row) => row.trackerId ?? '–',
      Data: (row) => details(preview(row.data), row),
    },
  },
  Trash: {
    path: 'events?status=trashed',
    columns: {
      Received: (row) => timeOf(row.receivedAt),
      'Event type': (row) => row.eventType,
      Reasons: (row) => reasons(row.errors),
      Data: (row) => details(preview(row.data), row),
    },
  },
  Interactions: {
    path: 'interactions',
    columns: {
      Date: (row) => timeOf(row.date),
      Integration: (row) => row.wmktId ?? '',
      User: (row) => preview(row.userData),
      Node: (row) => details(preview(row.nodeData), row),
    },
  },
  Users: {
    path: 'users',
    columns: {
      Seen: (row) => timeOf(row.createdAt),
      User: (row) => row._id,
      Fields: (row) =>
        details(
          row.fields.map(({ field, values }) => `${field}: ${values.map(show).join(', ')}`).join(' · '),
          row,
        ),
    },
  },
}

const show = (value) => (typeof value === 'string' ? value : JSON.stringify(value))

let view = 'Events'
let rows = []

const isShown = (row) => {
  const type = $('#type').value
  const find = $('#find').value.toLowerCase()
  return (
    (!type || row.eventType === undefined || row.eventType === type) &&
    JSON.stringify(row).toLowerCase().includes(find)
  )
}

const render = () => {
  const { columns } = VIEWS[view]
  const shown = rows.filter(isShown)
  const heads = Object.keys(columns).map((name) => {
    const th = document.createElement('th')
    th.scope = 'col'
    th.textContent = name
    return th
  })
  const head = document.createElement('tr')
  head.append(...heads)
  $('thead').replaceChildren(head)
  $('tbody').replaceChildren(
    ...shown.map((row) => {
      const tr = document.createElement('tr')
      tr.append(...Object.values(columns).map((column) => cell(column(row))))
      return tr
    }),
  )
  $('#empty').hidden = shown.length > 0
}

const renderTypes = () => {
  const chosen = $('#type').value
  const types = [...new Set(rows.flatMap(({ eventType }) => eventType ?? []))].sort()
  const options = ['', ...types].map((type) => new Option(type || 'all', type, false, type === chosen))
  $('#type').replaceChildren(...options)
}

const read = async (path) => (await fetch(`/__sandbox/${path}`)).json()

const renderViews = (counts) => {
  const told = {
    Events: counts.accepted + counts.computed + counts.trashed,
    Trash: counts.trashed,
    Interactions: counts.interactions,
    Users: counts.users,
  }
  const buttons = Object.keys(VIEWS).map((name) => {
    const button = document.createElement('button')
    button.textContent = `${name} ${told[name]}`
    button.setAttribute('aria-pressed', String(name === view))
    button.onclick = () => {
      view = name
      refresh()
    }
    return button
  })
  $('#views').replaceChildren(...buttons)
}

const refresh = async () => {
  const asked = view
  const [counts, fresh] = await Promise.all([read('counts'), read(VIEWS[asked].path)])
  if (asked !== view) return
  rows = fresh
  renderViews(counts)
  renderTypes()
  render()
}

/** Under a stream of events one refresh every 250 ms is enough, and what is open for reading stays open. */
let waiting = false
const refreshSoon = () => {
  if (waiting || document.querySelector('details[open]')) return
  waiting = true
  setTimeout(() => {
    waiting = false
    refresh()
  }, 250)
}

const live = new EventSource('/__sandbox/live')
live.onmessage = refreshSoon
live.onopen = () => {
  $('#live').textContent = 'live'
  $('#live').className = 'on'
  refresh()
}
live.onerror = () => {
  $('#live').textContent = 'the sandbox is away; trying again…'
  $('#live').className = ''
}

$('#find').oninput = render
$('#type').onchange = render
$('#filters').onsubmit = (event) => event.preventDefault()

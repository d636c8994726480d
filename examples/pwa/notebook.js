// The app's own code. The tag needs none of it: the form is marked, and the worker delivers.
navigator.serviceWorker.register('worker.js')

const form = document.querySelector('form')
const network = document.getElementById('network')
const entry = document.getElementById('entry').content
const rows = new Map()
/** Whom the form named, in the order of the submissions, until the tag says that they are stored. */
const named = []

const sayNetwork = () => {
  network.textContent = navigator.onLine ? 'Online' : 'Offline: what you note is kept, and leaves by itself'
  network.classList.toggle('offline', !navigator.onLine)
}
addEventListener('online', sayNetwork)
addEventListener('offline', sayNetwork)
sayNetwork()

form.addEventListener('submit', (submission) => {
  submission.preventDefault()
  named.push(form.elements.email.value)
  form.reset()
})

const say = (row, state, text) => {
  row.dataset.state = state
  row.querySelector('.state').textContent = text
}

wmkt('on', 'stored', ({ nonce }) => {
  const row = entry.cloneNode(true).firstElementChild
  row.querySelector('.who').textContent = named.shift()
  say(row, 'kept', 'on this device')
  rows.set(nonce, row)
  document.getElementById('nothing').hidden = true
  document.getElementById('entries').prepend(row)
})
wmkt('on', 'ending', ({ nonce, ending, message }) => {
  const row = rows.get(nonce)
  if (!row) return
  if (ending === 'delivered' || ending === 'duplicate') say(row, 'delivered', 'delivered')
  else say(row, 'refused', message ?? ending)
})

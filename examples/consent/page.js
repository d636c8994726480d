// Shows what the answer does; a site needs none of this.
const rows = new Set()
let sent = 0

const show = () => {
  document.getElementById('rows').textContent = rows.size || 'nothing'
  document.getElementById('sent').textContent = sent || 'nothing'
}
document.querySelector('form').addEventListener('submit', (submission) => submission.preventDefault())

wmkt('on', 'stored', ({ nonce }) => {
  rows.add(nonce)
  show()
})
wmkt('on', 'ending', ({ nonce, ending }) => {
  rows.delete(nonce)
  if (ending === 'delivered' || ending === 'duplicate') sent += 1
  show()
})

__tcfapi('addEventListener', 2, ({ eventStatus, purpose }) => {
  const answer = document.getElementById('answer')
  if (eventStatus === 'cmpuishown') answer.textContent = 'not answered'
  else answer.textContent = purpose.consents[1] ? 'granted' : 'denied'
})

// Stands in for a consent platform: a question, an answer that is kept once it is given, and the IAB's TCF 2.2 to hear of it.
const KEPT = 'tcf-stand-in'
const listeners = []
let answer = JSON.parse(localStorage.getItem(KEPT))

const tcDataOf = (eventStatus, listenerId) => ({
  tcfPolicyVersion: 5,
  cmpStatus: 'loaded',
  gdprApplies: true,
  eventStatus,
  listenerId,
  purpose: { consents: answer ? { 1: true, 7: true } : {} },
})

window.__tcfapi = (command, _version, callback) => {
  if (command !== 'addEventListener') return callback(null, false)
  listeners.push(callback)
  callback(tcDataOf(answer === null ? 'cmpuishown' : 'tcloaded', listeners.length), true)
}

const decide = (granted) => {
  answer = granted
  localStorage.setItem(KEPT, JSON.stringify(granted))
  document.getElementById('banner').hidden = true
  listeners.forEach((listener, at) => {
    listener(tcDataOf('useractioncomplete', at + 1), true)
  })
}

addEventListener('DOMContentLoaded', () => {
  const banner = document.getElementById('banner')
  banner.hidden = answer !== null
  document.getElementById('accept').addEventListener('click', () => decide(true))
  document.getElementById('refuse').addEventListener('click', () => decide(false))
  document.getElementById('again').addEventListener('click', () => {
    banner.hidden = false
  })
})

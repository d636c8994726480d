// The tag's worker delivers what is held once the network is back, with no page open if need be. The rest of this file is
// the app's own: it keeps the shell, so that the app also opens without a network.
importScripts('sw.js')

const SHELL = 'notebook-2'
const FILES = [
  './',
  'ground.css',
  'notebook.css',
  'notebook.js',
  'icon.svg',
  'manifest.webmanifest',
  'ndrstnd-stand-in.js',
  'tag.js',
]

const keepShell = async () => {
  const cache = await caches.open(SHELL)
  await cache.addAll(FILES)
}

/** The network first, so that a new version is seen at once; what was kept when there is none. */
const answer = async (request) => {
  try {
    return await fetch(request)
  } catch {
    return (await caches.match(request, { ignoreSearch: true })) ?? Response.error()
  }
}

addEventListener('install', (event) => event.waitUntil(keepShell()))
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
// The tag's own requests are POST and pass by.
addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(answer(event.request))
})

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import { rollup } from 'rollup'
import { minify } from 'terser'

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url))
const read = (path) => readFileSync(pathOf(path), 'utf8')

/** An ES module as the script that a page without a bundler would load, its names at `window.peer`. */
const asScript = async (path) => {
  const bundle = await rollup({ input: pathOf(path), plugins: [nodeResolve({ browser: true }), terser()] })
  const { output } = await bundle.generate({ format: 'iife', name: 'peer' })
  return output[0].code
}

/** Nothing: what the measuring itself costs. */
const nothing = { name: 'an empty call', code: () => '', boot: () => 'window.track = () => {}' }

/** On a page where the official script has left its tracker ID, as it does once it has run. */
const ours = {
  name: 'ours',
  cookie: 'ndrstnd=ru1cc7QHeklGu2_3MOzLkLncu3KJAQ',
  holdsOnDisk: true,
  code: () => read('../../packages/tag/dist/tag.js'),
  attributes: 'data-project="demo-shop" data-endpoint="/collect"',
  stub: 'window.wmkt=window.wmkt||function(){(wmkt.q=wmkt.q||[]).push(arguments)}',
  boot: () => 'window.track = (data) => wmkt("event", "purchase", data)',
}

/** As long as there is no tracker ID, each event looks for one. */
const oursEarly = { ...ours, name: 'ours, no tracker ID yet', cookie: undefined }

const openpanel = {
  name: 'openpanel',
  code: () => read('./node_modules/@openpanel/web/dist/src/tracker.global.js'),
  stub: `window.op=window.op||function(...a){(window.op.q=window.op.q||[]).push(a)}
    window.op('init', { apiUrl: location.origin + '/openpanel', clientId: 'c', trackScreenViews: false })`,
  boot: () => "window.track = (data) => window.op('track', 'purchase', data)",
}

const plausible = {
  name: 'plausible',
  code: () => asScript('./node_modules/@plausible-analytics/tracker/plausible.js'),
  boot: (
    url,
  ) => `peer.init({ domain: 'shop.test', endpoint: '${url}/plausible', autoCapturePageviews: false, captureOnLocalhost: true })
    window.track = (data) => peer.track('purchase', { props: data })`,
}

const snowplow = {
  name: 'snowplow',
  code: () => read('./node_modules/@snowplow/browser-tracker/dist/index.umd.min.js'),
  boot: (url) => `snowplowBrowserTracking.newTracker('sp', '${url}', { appId: 'shop' })
    const event = { schema: 'iglu:test.shop/purchase/jsonschema/1-0-0' }
    window.track = (data) => snowplowBrowserTracking.trackSelfDescribingEvent({ event: { ...event, data } })`,
}

const mixpanel = {
  name: 'mixpanel',
  code: () => read('./node_modules/mixpanel-browser/dist/mixpanel.min.js'),
  // Read when asked for: at the first run it is not yet there when this file is.
  get stub() {
    const snippet = read('./node_modules/mixpanel-browser/dist/mixpanel-jslib-snippet.min.js')
    return `window.MIXPANEL_CUSTOM_LIB_URL='/none.js';${snippet}
      mixpanel.init('token', { api_host: location.origin + '/mixpanel', persistence: 'localStorage' })`
  },
  boot: () => 'window.track = (data) => mixpanel.track("purchase", data)',
}

/** Its tracker is not on npm: `UMAMI_TRACKER` names the file in a checkout of umami (src/tracker/index.js), built here as umami's own build does. */
const umami = {
  name: 'umami',
  code: async () => {
    const built = await minify(readFileSync(process.env.UMAMI_TRACKER, 'utf8'), {
      compress: true,
      mangle: true,
    })
    return built.code.replace('__COLLECT_API_HOST__', '').replace('__COLLECT_API_ENDPOINT__', '/api/send')
  },
  attributes: 'data-website-id="94db1cb1-74f4-4a40-ad6c-962362670409" data-auto-track="false"',
  boot: () => "window.track = (data) => umami.track('purchase', data)",
}

/** Whether the peers are installed. */
export const areInstalled = () => existsSync(pathOf('./node_modules'))

/** Every tag: `code` is what the page loads, `stub` stands before it, `boot` sets `window.track(data)`. */
export const TAGS = [
  ...[nothing, ours, oursEarly, openpanel, plausible, snowplow, mixpanel],
  ...(process.env.UMAMI_TRACKER ? [umami] : []),
]

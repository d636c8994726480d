import { HOLD_CODES } from '@wmkt/protocol/schema'
import type { Status } from '../admin/status.ts'
import { BURY_CODES } from '../forward/verdict.ts'
import { documentOf } from './document.ts'
import { html, type Markup } from './html.ts'

export type PageOptions = {
  status: Status /** There is a token, and so a way to log out. */
  guarded: boolean
}

const TILES = [
  ['held', 'Backlog', 'not yet settled'],
  ['age', 'Oldest waits', 'since its receipt'],
  ['buried', 'Dead letters', 'for a person'],
  ['delivered', 'Delivered', 'by the upstream'],
  ['received', 'Received', 'stored here'],
  ['duplicates', 'Duplicates', 'absorbed'],
  ['inFlight', 'In flight', 'requests'],
  ['credential', 'Credential', ''],
] as const

const CHARTS = [
  ['rates', 'Items a second'],
  ['backlog', 'Backlog and its age'],
  ['latency', 'Upstream latency'],
  ['answers', 'Upstream answers'],
] as const

/** The dashboard as it stands at the first look; its script keeps it so. */
export const dashboardPage = ({ status, guarded }: PageOptions): string =>
  documentOf(
    `${status.projectId} · wmkt relay`,
    html`<body>
${header(status, guarded)}
<main>
<noscript><p class="banner warn">Without scripts this page shows how things stood when it was loaded.</p></noscript>
<p id="banner" class="banner" role="alert" hidden></p>
<section class="tiles" aria-label="At a glance">${TILES.map((one) => tile(one, status))}</section>
<section class="charts" aria-label="The last quarter of an hour">${CHARTS.map(chart)}</section>
${lanes}
${eventTypes}
${settlement}
${deadLetters}
</main>
${dialog}
</body>`,
    ['uPlot.iife.min.js', 'dashboard.js'],
  )

const header = ({ projectId, ready }: Status, guarded: boolean): Markup => html`<header>
<img src="page/icon.svg" alt="" width="32" height="32">
<h1><span>wmkt relay</span> <bdi>${projectId}</bdi></h1>
<span id="state" class="pill ${ready ? 'good' : 'bad'}">${ready ? 'ready' : 'not ready'}</span>
<span id="live" class="live" title="Whether this page hears from the relay">connecting</span>
${guarded ? html`<form method="post" action="logout"><button class="quiet">Log out</button></form>` : ''}
</header>`

const tile = ([name, label, note]: (typeof TILES)[number], { ledger, forward }: Status): Markup => {
  const known: Record<string, number | undefined> = { ...ledger, inFlight: forward?.inFlight }
  return html`<div class="tile" id="tile-${name}">
<h2>${label}</h2><p class="value">${known[name] ?? '–'}</p><p class="note">${note}</p></div>`
}

const chart = ([name, title]: (typeof CHARTS)[number]): Markup =>
  html`<figure class="card chart"><figcaption><h2>${title}</h2><ul class="legend" id="legend-${name}"></ul></figcaption>
<div class="plot" id="chart-${name}"></div></figure>`

const lanes = html`<section class="card" aria-labelledby="lanes-title">
<div class="bar"><h2 id="lanes-title">Lanes</h2><p class="note" id="lanes-note"></p></div>
<table class="stack" id="lanes"><thead><tr>
<th>Lane</th><th>State</th><th class="number">Held</th><th class="number">In flight</th><th class="number">Window</th>
<th>Last answer</th><th class="number">Latency</th>
</tr></thead><tbody></tbody></table>
<p class="empty" id="lanes-empty" hidden>No lane yet: nothing was collected since the start.</p>
<p class="more"><button id="lanes-more" hidden></button></p>
</section>`

const eventTypes = html`<section class="card" id="schema" aria-labelledby="types-title" hidden>
<div class="bar"><h2 id="types-title">Event types</h2><p class="note" id="types-note"></p></div>
<table class="stack" id="types"><thead><tr>
<th>Event type</th><th>Schema</th><th class="number">ok</th><th class="number">warn</th><th class="number" id="types-reject">held</th><th>Sending</th>
</tr></thead><tbody></tbody></table>
<p class="empty" id="types-empty" hidden></p>
<p class="note" id="types-findings"></p>
</section>`

const settlement = html`<section class="card" id="settlement" aria-labelledby="settlement-title" hidden>
<div class="bar"><h2 id="settlement-title">What became of the delivered</h2><p class="note" id="settlement-note"></p></div>
<dl class="facts" id="settlement-facts"></dl>
<table class="stack" id="reasons"><thead><tr>
<th>Event type</th><th>Found in the trash</th><th>The upstream’s words</th><th class="number">Events</th>
</tr></thead><tbody></tbody></table>
<p class="empty" id="reasons-empty" hidden>Nothing was found in the trash within a day.</p>
</section>`

const option = (code: string): Markup => html`<option>${code}</option>`

const deadLetters = html`<section class="card" aria-labelledby="letters-title">
<div class="bar"><h2 id="letters-title">Dead letters</h2>
<label>Reason <select id="letters-code"><option value="">all</option>
<optgroup label="Delivering">${BURY_CODES.map(option)}</optgroup>
<optgroup label="Held: it would be trashed">${Object.keys(HOLD_CODES).map(option)}</optgroup></select></label>
<button id="redrive-all" disabled>Redrive all</button></div>
<table class="stack" id="letters"><thead><tr>
<th>Buried</th><th>Lane</th><th>Reason</th><th>The upstream’s words</th><th class="number">Attempts</th><th></th>
</tr></thead><tbody></tbody></table>
<p class="empty" id="letters-empty" hidden>No dead letters: all that was received is delivered or on its way.</p>
<p class="more"><button id="letters-more" hidden>Show more</button></p>
</section>`

const dialog = html`<dialog id="confirm" aria-labelledby="confirm-title"><form method="dialog">
<h2 id="confirm-title"></h2><p id="confirm-text"></p>
<div class="actions"><button value="no" id="confirm-no" autofocus>Cancel</button><button value="yes" id="confirm-yes"></button></div>
</form></dialog>`

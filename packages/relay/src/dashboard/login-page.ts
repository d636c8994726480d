import { documentOf } from './document.ts'
import { html } from './html.ts'

/** @param complaint about what was just given */
export const loginPage = (complaint = ''): string =>
  documentOf(
    'Log in · wmkt relay',
    html`<body class="login">
<main>
<img src="page/icon.svg" alt="" width="48" height="48">
<h1>wmkt relay</h1>
<form method="post" action="login">
<label for="token">Admin token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
${complaint ? html`<p class="refused" role="alert">${complaint}</p>` : ''}
<button class="primary">Log in</button>
</form>
<p class="note">It is the value of <code>WMKT_ADMIN_TOKEN</code>.</p>
</main>
</body>`,
  )

import { html, type Markup } from './html.ts'

/** The frame of every page of ours. Scripts and styles come from files: the policy allows nothing inline. */
export const documentOf = (title: string, body: Markup, scripts: readonly string[] = []): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="page/uPlot.min.css">
<link rel="stylesheet" href="page/dashboard.css">
${scripts.map((name) => html`<script src="page/${name}" ${name === 'dashboard.js' ? html`type="module"` : html`defer`}></script>\n`)}</head>
${body}
</html>
`.markup

/** Constructed, so that a policy without inline styles has nothing against it; the element's own name keeps the page's rules off. */
export const style = `
:host {
  all: initial; color-scheme: light dark; position: fixed; inset: auto 8px 8px auto; z-index: 2147483647;
  inline-size: min(26rem, calc(100vw - 16px)); font: 13px/1.45 system-ui, sans-serif;
  --ground: light-dark(#fff, #161a24); --ink: light-dark(#171a23, #e7e9f1); --dim: light-dark(#5c6375, #9aa1b5);
  --line: light-dark(#dfe3ec, #2c3343); --red: light-dark(#b42318, #ff8f85); --amber: light-dark(#8a5300, #f5bf5b);
  --green: light-dark(#0b6b41, #6fd8a4);
}
* { box-sizing: border-box; margin: 0; padding: 0; }
section {
  display: flex; flex-direction: column; max-block-size: min(60vh, 34rem); overflow: hidden; color: var(--ink);
  background: var(--ground); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 8px 30px #0004;
}
header { display: flex; gap: 8px; align-items: center; padding: 8px 8px 8px 12px; }
h2 { font: inherit; font-weight: 650; }
header p { flex: 1; min-inline-size: 0; color: var(--dim); }
button {
  font: inherit; min-inline-size: 32px; min-block-size: 32px; padding: 0 8px; color: inherit; cursor: pointer;
  background: none; border: 1px solid var(--line); border-radius: 6px;
}
button:hover { border-color: currentColor; }
button:focus-visible, summary:focus-visible, ol:focus-visible { outline: 2px solid var(--green); outline-offset: -2px; }
ol { list-style: none; overflow: auto; border-block-start: 1px solid var(--line); }
ol > li { padding: 8px 12px; border-block-start: 1px solid var(--line); }
ol > li:first-child { border-block-start: 0; }
.head { display: flex; gap: 8px; align-items: baseline; }
.head strong { flex: 1; min-inline-size: 0; overflow-wrap: anywhere; font-weight: 600; }
time, .nonce, .note, dt { color: var(--dim); }
time, .nonce, dl { font: 11.5px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.state { font-weight: 600; color: var(--dim); }
.delivered, .duplicate { color: var(--green); }
.rejected, .refused, .evicted, .dropped, .reject { color: var(--red); }
.warn { color: var(--amber); }
ul { padding-inline-start: 16px; }
summary { color: var(--dim); cursor: pointer; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0 10px; }
.note { padding: 8px 12px; border-block-start: 1px solid var(--line); }
[hidden] { display: none !important; }
@media print { :host { display: none; } }
`

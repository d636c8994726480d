type Child = Node | string | undefined

/**
 * Builds an element. Children are nodes or text, never markup: whatever a stranger sent stays what it is. Properties are
 * set by name; `class` and `data-…`, `aria-…` as attributes.
 */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** An element the server put on the page. */
export const byId = <T extends HTMLElement>(id: string, kind: new () => T): T => {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`no #${id} on this page`)
}

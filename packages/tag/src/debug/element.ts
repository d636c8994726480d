type Child = Node | string

/** An element of text and other elements: no markup is ever parsed. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(name)
  made.className = className
  made.append(...children)
  return made
}

/** Markup that is safe to send: made by `html` alone. */
export type Markup = { readonly markup: string }

type Hole = string | number | Markup | readonly Markup[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)

const filled = (hole: Hole): string => {
  if (typeof hole === 'string' || typeof hole === 'number') return escaped(String(hole))
  return 'markup' in hole ? hole.markup : hole.map(filled).join('')
}

/** Whatever is put into a hole is text, unless it was made by `html` itself. */
export const html = (parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup => ({
  markup: String.raw({ raw: parts }, ...holes.map(filled)),
})

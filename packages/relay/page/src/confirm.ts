import { byId } from './element.ts'

export type Question = { title: string; text: string; yes: string; grave?: boolean }

/** Asks before something is done that cannot be taken back. */
export const confirmed = ({ title, text, yes, grave = false }: Question): Promise<boolean> => {
  const dialog = byId('confirm', HTMLDialogElement)
  const agree = byId('confirm-yes', HTMLButtonElement)
  byId('confirm-title', HTMLHeadingElement).textContent = title
  byId('confirm-text', HTMLParagraphElement).textContent = text
  agree.textContent = yes
  agree.className = grave ? 'grave' : 'primary'
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }),
  )
}

import { byId, element } from './element.ts'

export type Question = { title: string; text: string; yes: string; grave?: boolean }

const shown = (title: string, text: string): HTMLDialogElement => {
  const dialog = byId('confirm', HTMLDialogElement)
  byId('confirm-title', HTMLHeadingElement).textContent = title
  byId('confirm-text', HTMLParagraphElement).textContent = text
  dialog.returnValue = 'no'
  if (!dialog.open) dialog.showModal()
  return dialog
}

/** Asks before something is done that cannot be taken back. */
export const confirmed = ({ title, text, yes, grave = false }: Question): Promise<boolean> => {
  const agree = byId('confirm-yes', HTMLButtonElement)
  agree.hidden = false
  agree.textContent = yes
  agree.className = grave ? 'grave' : 'primary'
  byId('confirm-no', HTMLButtonElement).textContent = 'Cancel'
  const dialog = shown(title, text)
  return new Promise((resolve) =>
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }),
  )
}

/** Does what a person asked for; says so when it does not work. */
export const attempted = async (work: () => Promise<void> | void): Promise<void> => {
  try {
    await work()
  } catch (error) {
    byId('confirm-yes', HTMLButtonElement).hidden = true
    byId('confirm-no', HTMLButtonElement).textContent = 'Close'
    shown('That did not work', `${wordsOf(error)}. What was done before it stays done.`)
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A button that does its work once at a time. */
export const button = (label: string, work: () => Promise<void> | void, look = ''): HTMLButtonElement => {
  const made = element('button', { type: 'button', class: look }, label)
  made.addEventListener('click', async () => {
    made.disabled = true
    await attempted(work)
    made.disabled = false
  })
  return made
}

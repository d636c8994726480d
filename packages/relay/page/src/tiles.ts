import { backlogWorry } from './banner.ts'
import { byId } from './element.ts'
import { countText, durationText } from './format.ts'
import type { Status } from './wire.ts'

type Tile = { value: string; note?: string; look?: 'good' | 'warn' | 'bad' | undefined }

/** Every tile of the page, by name. */
const tilesOf = (status: Status): Record<string, Tile> => {
  const { ledger, backlog, forward, credential, now } = status
  const count = (value: number | undefined): string => (value === undefined ? '–' : countText(value))
  const full = ledger && backlog && ledger.held >= backlog.limit
  const { isNear, isOld } = backlogWorry(status)
  return {
    held: { value: count(ledger?.held), look: full ? 'bad' : isNear ? 'warn' : undefined },
    age: {
      value: backlog?.oldestAt === undefined ? '–' : durationText((now - backlog.oldestAt) / 1_000),
      look: isOld ? 'warn' : undefined,
    },
    buried: { value: count(ledger?.buried), look: ledger?.buried ? 'warn' : undefined },
    delivered: { value: count(ledger?.delivered) },
    received: { value: count(ledger?.received) },
    duplicates: { value: count(ledger?.duplicates) },
    inFlight: { value: count(forward?.inFlight) },
    credential: credentialTile(credential, now),
  }
}

const credentialTile = (credential: Status['credential'], now: number): Tile => {
  if (!credential) return { value: '–' }
  const { state, kind, expiresAt, problem } = credential
  const life = expiresAt === undefined ? '' : ` · token for ${durationText((expiresAt - now) / 1_000)}`
  const look = state === 'ok' ? 'good' : state === 'failing' ? 'bad' : undefined
  return { value: state, note: problem ?? `${kind.replace('-', ' ')}${life}`, look }
}

export const showTiles = (status: Status): void => {
  for (const [name, { value, note, look }] of Object.entries(tilesOf(status))) {
    const tile = byId(`tile-${name}`, HTMLDivElement)
    tile.className = `tile ${look ?? ''}`
    const [shown, said] = [tile.querySelector('.value'), tile.querySelector('.note')]
    if (shown && shown.textContent !== value) shown.textContent = value
    if (said && note !== undefined) said.textContent = note
  }
}

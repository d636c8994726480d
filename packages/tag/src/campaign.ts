/** Keeps the landing's `wmktid`, `cid` and `utm_*` for this visit; without consent, forgets them. Names are kept in lower case. Access alone may throw, where storage is refused. */
export const keepCampaign = (granted: boolean): void => {
  const search = location.search.replace(/[?&]\w+=/g, (name) => name.toLowerCase())
  const found = search.match(/[?&](wmktid|cid|utm_\w+)=[^&]*/g)
  try {
    if (!granted) sessionStorage.removeItem('wmkt')
    else if (found) sessionStorage.setItem('wmkt', found.join(''))
  } catch {
    // Refused: this visit has no campaign.
  }
}

/** What this visit's landing said by this name, which is in lower case. */
export const readCampaign = (name: string): string | undefined => {
  try {
    return new URLSearchParams(sessionStorage.wmkt).get(name) ?? undefined
  } catch {
    return undefined
  }
}

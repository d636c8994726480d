/** Keeps the landing's `wmktid`, `cid` and `utm_*` for this visit; without consent, forgets them. Access alone may throw, where storage is refused. */
export const keepCampaign = (granted: boolean): void => {
  const found = location.search.match(/[?&](wmktid|cid|utm_\w+)=[^&]*/gi)
  try {
    if (!granted) sessionStorage.removeItem('wmkt')
    else if (found) sessionStorage.setItem('wmkt', found.join(''))
  } catch {
    // Refused: this visit has no campaign.
  }
}

/** What this visit's landing said, each name in lower case. */
export const readCampaign = (): { [name: string]: string } => {
  const said: { [name: string]: string } = {}
  try {
    for (const [name, value] of new URLSearchParams(sessionStorage.wmkt)) said[name.toLowerCase()] = value
  } catch {
    // As above.
  }
  return said
}

/** Keeps the landing's `wmktid`, `cid` and `utm_*` for this visit, by their names in lower case; without consent, forgets them. Access alone may throw, where storage is refused. */
export const keepCampaign = (granted: boolean): void => {
  const found: { [name: string]: string } = {}
  try {
    if (!granted) delete sessionStorage.wmkt
    else
      for (const [name, value] of new URLSearchParams(location.search))
        if (/^(wmktid|cid|utm_.+)$/i.test(name)) {
          found[name.toLowerCase()] = value
          sessionStorage.wmkt = JSON.stringify(found)
        }
  } catch {
    // Refused: this visit has no campaign.
  }
}

/** What this visit's landing said by this name, which is in lower case. */
export const readCampaign = (name: string): unknown => {
  try {
    return JSON.parse(sessionStorage.wmkt)[name]
  } catch {
    // Refused, or nothing was kept.
    return undefined
  }
}

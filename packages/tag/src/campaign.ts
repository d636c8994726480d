/** Keeps the landing's `wmktid`, `cid` and `utm_*` for this visit; without consent, forgets them. */
export const keepCampaign = (granted: boolean): void => {
  const found = location.search.match(/\b(wmktid|cid|utm_\w+)=[^&]*/g)
  try {
    if (!granted) sessionStorage.removeItem('wmkt')
    else if (found) sessionStorage.setItem('wmkt', found.join('&'))
  } catch {
    // A browser that refuses storage keeps no campaign.
  }
}

/** What this visit's landing said. */
export const readCampaign = (): URLSearchParams => {
  let kept: string | null = ''
  try {
    kept = sessionStorage.getItem('wmkt')
  } catch {
    // As above.
  }
  return new URLSearchParams(kept ?? '')
}

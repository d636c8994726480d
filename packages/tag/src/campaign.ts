/** Access alone may throw, where the browser or a sandbox refuses storage. */
const visit = (): Storage | undefined => {
  try {
    return sessionStorage
  } catch {
    return undefined
  }
}

/** Keeps the landing's `wmktid`, `cid` and `utm_*` for this visit; without consent, forgets them. */
export const keepCampaign = (granted: boolean): void => {
  const found = location.search.match(/\b(wmktid|cid|utm_\w+)=[^&]*/g)
  if (!granted) visit()?.removeItem('wmkt')
  else if (found) visit()?.setItem('wmkt', found.join('&'))
}

/** What this visit's landing said. */
export const readCampaign = (): URLSearchParams => new URLSearchParams(visit()?.getItem('wmkt') ?? '')

type Campaign = { [name: string]: string | undefined }

/** What an earlier page of this visit kept of its landing: `wmktid`, `cid`, `utm_*`, names in lower case. */
export const readCampaign = (): Campaign => {
  try {
    return JSON.parse(sessionStorage.getItem('wmkt') ?? '{}')
  } catch {
    return {}
  }
}

/** Keeps the landing's parameters for this visit; without consent, forgets them. */
export const keepCampaign = (granted: boolean): void => {
  const found: Campaign = {}
  for (const [name, value] of new URLSearchParams(location.search))
    if (/^(wmktid|cid|utm_\w+)$/i.test(name)) found[name.toLowerCase()] = value
  try {
    if (!granted) sessionStorage.removeItem('wmkt')
    else if (Object.keys(found)[0]) sessionStorage.setItem('wmkt', JSON.stringify(found))
  } catch {
    // A browser that refuses storage keeps no campaign.
  }
}

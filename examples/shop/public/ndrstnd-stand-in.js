// Stands in for Webmarketer's own script, which sets this cookie on a real site. The tag only ever reads it.
if (!/(?:^|; )ndrstnd=/.test(document.cookie)) {
  const bytes = crypto.getRandomValues(new Uint8Array(22))
  const trackerId = btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '')
  // biome-ignore lint/suspicious/noDocumentCookie: the stand-in sets the cookie as the real script does
  document.cookie = `ndrstnd=${trackerId}; path=/; max-age=31536000; samesite=lax`
}

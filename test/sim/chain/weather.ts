/** What may go wrong, each in shares of all chances it has to. */
export type Weather = {
  /** Between page and relay. */
  wire: {
    /** The request never arrives. */
    lost: number
    /** It arrives, and the answer does not. */
    cut: number
    /** It arrives twice. */
    repeated: number
    /** It takes up to a minute. */
    late: number
    /** A captive portal answers 200 in its place. */
    portal: number
    /** A proxy answers 502, 403 or 404 in its place. */
    proxy: number
    /** A proxy takes no larger bodies. */
    limitBytes: number
  }
  /** The browser's disk. */
  disk: {
    /** A transaction is aborted. */
    aborted: number
    /** It is done, and the page hears that its connection is lost. */
    severed: number
  }
  /** The relay's disk. */
  store: {
    /** ENOSPC: nothing is written. */
    full: number
    /** EIO: written or not. */
    failed: number
  }
  /** Between relay and upstream, and there. */
  upstream: {
    /** Connection refused: nothing was written. */
    refused: number
    /** 429 or 503, half of them with Retry-After. */
    busy: number
    /** 500, 502, 504 or 408, before or after the item was stored. */
    trouble: number
    /** Reset or timeout, before or after the item was stored. */
    cut: number
    /** It takes up to a minute: longer than the relay waits. */
    late: number
    /** The token is not taken any more. */
    unauthorized: number
    /** 403 with a good token. */
    forbidden: number
    /** 404, 410, 302, or 200 with a page. */
    strange: number
    /** The token endpoint is out of reach, or refuses the credential. */
    tokenless: number
  }
}

export const CALM: Weather = {
  wire: { lost: 0, cut: 0, repeated: 0, late: 0, portal: 0, proxy: 0, limitBytes: Number.POSITIVE_INFINITY },
  disk: { aborted: 0, severed: 0 },
  store: { full: 0, failed: 0 },
  upstream: {
    refused: 0,
    busy: 0,
    trouble: 0,
    cut: 0,
    late: 0,
    unauthorized: 0,
    forbidden: 0,
    strange: 0,
    tokenless: 0,
  },
}

/** How likely a fault is total. */
const OUTAGE = 0.05

/** A storm of its own for each history: of all faults some, each more or less. Where all meet at once, none goes far. */
export const makeStorm = (random: () => number): Weather => {
  const up = (most: number, likely = 0.4) =>
    random() < likely ? (random() < OUTAGE ? 1 : random() * most) : 0
  return {
    wire: {
      lost: up(0.4),
      cut: up(0.5),
      repeated: up(0.5),
      late: up(0.4),
      portal: up(0.3, 0.2),
      proxy: up(0.4, 0.2),
      limitBytes: random() < 0.1 ? 300 + random() * 1_500 : Number.POSITIVE_INFINITY,
    },
    disk: { aborted: up(0.2, 0.15), severed: up(0.2, 0.15) },
    store: { full: up(0.2, 0.15), failed: random() < 0.1 ? random() * 0.05 : 0 },
    upstream: {
      refused: up(0.4),
      busy: up(0.5),
      trouble: up(0.5),
      cut: up(0.5),
      late: up(0.3, 0.2),
      unauthorized: up(0.4, 0.3),
      forbidden: up(0.2, 0.1),
      strange: up(0.3, 0.2),
      tokenless: up(0.5, 0.3),
    },
  }
}

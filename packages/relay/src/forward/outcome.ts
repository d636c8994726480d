/** What is kept of an answer's body; the rest is read and thrown away. */
export const MAX_ANSWER_BYTES = 65_536
/** The least that may come of so many bytes as text: no character has more than four. */
export const LEAST_TEXT_OF_CUT = MAX_ANSWER_BYTES / 4

/** How one request to the upstream ended, as the wire saw it. */
export type Outcome =
  | {
      kind: 'answer'
      status: number
      /** At most `MAX_ANSWER_BYTES` of it. */
      body: string
      retryAfter?: string
      latencyMs: number
    }
  | {
      kind: 'failure'
      /** `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`… */
      code: string
      /** False only when not one byte of the request can have left: connect refused, DNS, TLS. */
      written: boolean
      /** The connection was reset, after it had carried an answer before: the upstream may have closed it while idle. */
      staleSocket: boolean
      latencyMs: number
    }

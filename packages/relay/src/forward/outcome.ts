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

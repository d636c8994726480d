/** An answer other than success, in the upstream's documented shape (NestJS's default exception body). */
export class Refusal extends Error {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>

  constructor(status: number, message: string | readonly string[], error?: string) {
    super(typeof message === 'string' ? message : message.join('; '))
    this.name = 'Refusal'
    this.status = status
    this.body = { statusCode: status, message, ...(error === undefined ? {} : { error }) }
  }
}

/** 400. An array of messages is how the upstream tells several faults of one body. */
export const badRequest = (message: string | readonly string[]): Refusal =>
  new Refusal(400, message, 'Bad Request')

/** 401, which alone has no `error` key (attested by the reference). */
export const unauthorized = (): Refusal => new Refusal(401, 'Unauthorized')

export const notFound = (message: string): Refusal => new Refusal(404, message, 'Not Found')

export const conflict = (message: string): Refusal => new Refusal(409, message, 'Conflict')

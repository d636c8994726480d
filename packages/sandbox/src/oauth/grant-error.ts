/** A refusal of the token endpoint, in OAuth's own shape (RFC 6749, section 5.2): not the API's. */
export class GrantError extends Error {
  readonly status: number
  readonly body: { readonly error: string; readonly error_description: string }

  constructor(
    error:
      | 'invalid_request'
      | 'invalid_client'
      | 'invalid_grant'
      | 'invalid_scope'
      | 'unsupported_grant_type',
    description: string,
  ) {
    super(description)
    this.name = 'GrantError'
    this.status = error === 'invalid_client' ? 401 : 400
    this.body = { error, error_description: description }
  }
}

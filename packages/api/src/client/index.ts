export type { Output } from './answer.ts'
export { ApiError, type ApiErrorKind } from './api-error.ts'
export type { CallOptions } from './call.ts'
export { type ApiClient, type ClientOptions, createClient } from './client.ts'
export type { Input } from './input.ts'
export type { ItemOf } from './pages.ts'
export { createRefreshTokens, type RefreshTokensOptions } from './refresh-tokens.ts'
export {
  type ParsedServiceAccount,
  parseServiceAccountKey,
  type ServiceAccount,
  type ServiceAccountKey,
} from './service-account-key.ts'
export { createServiceAccountTokens, type ServiceAccountTokensOptions } from './service-account-tokens.ts'
export { createStaticToken } from './static-token.ts'
export { TokenError, type TokenHealth, type TokenSource } from './tokens.ts'
export { TransportError, type TransportFault } from './transport.ts'

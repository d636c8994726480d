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

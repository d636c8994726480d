export { TokenError, type TokenHealth, type TokenSource } from './tokens.ts'

export { type Configuration, configurationOf, gather, type Texts } from './configuration.ts'
export { readEnvFile } from './env-file.ts'
export { exitCodeOf, lineOf } from './failure.ts'
export { main } from './main.ts'

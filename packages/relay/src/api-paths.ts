import { readFileSync } from 'node:fs'
import { ENDPOINTS, type EndpointName, type PathOverrides } from '@wmkt/api'
import { OptionError } from './option.ts'

const isEndpoint = (name: string): name is EndpointName => Object.hasOwn(ENDPOINTS, name)

/**
 * The file of `WMKT_API_PATHS`: endpoint name → path relative to the API's base.
 *
 * @throws OptionError when the file cannot be read, or holds anything else
 */
export const readApiPaths = (file: string): PathOverrides => {
  const paths: PathOverrides = {}
  for (const [name, path] of Object.entries(parsed(file))) {
    if (!isEndpoint(name)) throw new OptionError('apiPaths', 'names of endpoints', name.slice(0, 64))
    if (typeof path !== 'string' || !path.startsWith('/'))
      throw new OptionError('apiPaths', `a path beginning with / for ${name}`, typeof path)
    paths[name] = path
  }
  return paths
}

const parsed = (file: string): object => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw new OptionError('apiPaths', 'a JSON file that holds an object', file)
}

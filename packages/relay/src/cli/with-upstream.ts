import { type ClientOptions, createServiceAccountTokens, createStaticToken } from '@wmkt/api/client'
import { readApiPaths } from '../api-paths.ts'
import { type RelayOptions, resolveOptions } from '../options.ts'

export type UpstreamSource = Pick<ClientOptions, 'apiUrl' | 'tokens' | 'paths'> & { projectId: string }

/** Work that asks the upstream, with the relay's own credential. */
export const withUpstream = async <T>(
  relay: RelayOptions,
  work: (source: UpstreamSource) => Promise<T>,
): Promise<T> => {
  const { credentials, accessToken, oauthUrl, apiUrl, apiPaths, projectId } = resolveOptions(relay)
  const tokens =
    accessToken === undefined
      ? createServiceAccountTokens({ keyFile: credentials ?? '', oauthUrl })
      : createStaticToken(accessToken)
  const paths = apiPaths === undefined ? {} : readApiPaths(apiPaths)
  try {
    return await work({ apiUrl, projectId, tokens, paths })
  } finally {
    tokens.stop()
  }
}

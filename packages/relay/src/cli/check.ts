import { createServiceAccountTokens, createStaticToken } from '@wmkt/api/client'
import { readApiPaths } from '../api-paths.ts'
import { systemClock } from '../clock.ts'
import { probeVerdictOf } from '../forward/probe-verdict.ts'
import { createRequests } from '../forward/request.ts'
import { createUpstream } from '../forward/upstream.ts'
import { resolveOptions } from '../options.ts'
import type { Configuration } from './configuration.ts'
import { CommandFailed } from './failure.ts'
import { jsonOf } from './plain.ts'
import type { Term } from './term.ts'

const DEADLINE_MS = 15_000

/** Exchanges a token and reads the event types: proves credential, project and permission. */
export const check = async ({ relay }: Configuration, term: Term, json: boolean): Promise<void> => {
  const { credentials, accessToken, oauthUrl, apiUrl, apiPaths, projectId } = resolveOptions(relay)
  const tokens =
    accessToken === undefined
      ? createServiceAccountTokens({ keyFile: credentials ?? '', oauthUrl })
      : createStaticToken(accessToken)
  const upstream = createUpstream({
    apiUrl: new URL(apiUrl),
    concurrency: 1,
    deadlineMs: DEADLINE_MS,
    clock: systemClock,
  })
  try {
    const token = await tokens.token()
    const requests = createRequests(projectId, apiPaths === undefined ? {} : readApiPaths(apiPaths))
    const outcome = await upstream.call(requests.probe(), token)
    if (probeVerdictOf(outcome).type !== 'passes') {
      const what = outcome.kind === 'answer' ? `answered ${outcome.status}` : `failed with ${outcome.code}`
      throw new CommandFailed(`the event types of ${projectId} could not be read: the API ${what}`)
    }
    const says = `configuration and credential are well; the event types of ${projectId} can be read`
    term.out(json ? jsonOf({ projectId, ok: true }) : says)
  } finally {
    tokens.stop()
    await upstream.close()
  }
}

/** A relay as users run it, but for the rate limit: one machine is all clients here. */
export const optionsIn = (dataDir) => ({
  projectId: 'demo-shop',
  accessToken: 'unused',
  dataDir,
  rateLimit: 0,
  maxBacklog: 100_000_000,
  logLevel: 'error',
})

/** Nothing is forwarded: the token never comes. */
export const noForwarding = {
  tokens: {
    token: () => new Promise(() => {}),
    renew: () => new Promise(() => {}),
    onChange: () => () => {},
    health: () => ({ kind: 'static', state: 'ok' }),
    stop: () => {},
  },
}

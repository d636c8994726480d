import { type Cable, type HowCut, layCable } from './cable.ts'
import { freePort } from './free-port.ts'
import { makeNatsServer, type NatsServer, type NatsSetup, until } from './nats-server.ts'

/** Three servers that keep three copies of everything; what lies between them can be cut. */
export interface NatsCluster {
  servers: readonly NatsServer[]
  /** `host:port,host:port,host:port` */
  hosts: string
  /** Resolves when those that run have a leader among them. */
  ready(): Promise<void>
  /** Resolves when all three run, and each copy of each stream and consumer has caught up. */
  whole(): Promise<void>
  /** Resolves when the two others lead all that there is. */
  ledWithout(server: NatsServer): Promise<void>
  /** Cuts one off from the other two, not from its clients. */
  cutOff(server: NatsServer, how: HowCut): void
  mend(): void
  /** What each server says of each stream and consumer, to read when something went wrong. */
  state(): Promise<string>
  dispose(): Promise<void>
}

type Meta = { leader?: string; replicas?: { name: string }[] }
type Varz = { jetstream?: { meta?: Meta } }

const metaOf = async ({ monitor }: NatsServer): Promise<Meta | undefined> => {
  try {
    const varz: Varz = JSON.parse(
      await (await fetch(`${monitor}/varz`, { signal: AbortSignal.timeout(1_000) })).text(),
    )
    return varz.jetstream?.meta
  } catch {
    return undefined
  }
}

/** What each other member is called, as the leader says; undefined while there is none. */
const membersOf = async (servers: readonly NatsServer[]): Promise<string[] | undefined> => {
  const metas = await Promise.all(servers.map(metaOf))
  const at = servers.findIndex(({ name }, n) => metas[n]?.leader === name)
  return metas[at]?.replicas?.map(({ name }) => name).concat(servers[at]?.name ?? '')
}

const startAgain = async (servers: readonly NatsServer[]): Promise<void> => {
  await Promise.all(servers.map((server) => server.kill('SIGTERM')))
  await Promise.all(servers.map((server) => server.start()))
}

/**
 * Two of 2.10 that have just met may elect one of them and never take in the third, one time in ten; once in hundreds of
 * times the three elect nobody. They find their way when they are started again.
 */
const startLeftOut = async (servers: readonly NatsServer[], isPatient: boolean): Promise<void> => {
  const members = await membersOf(servers)
  if (members) await startAgain(servers.filter(({ name }) => !members.includes(name)))
  // An election takes up to nine seconds.
  else if (!isPatient) await startAgain(servers)
}

type Group = {
  name: string
  cluster?: { leader?: string; replicas?: { name: string; current?: boolean; lag?: number }[] }
}
type Jsz = { account_details?: { stream_detail?: (Group & { consumer_detail?: Group[] })[] }[] }

const groupsOf = async ({ monitor }: NatsServer): Promise<Group[]> => {
  const answer = await fetch(`${monitor}/jsz?streams=true&consumers=true`, {
    signal: AbortSignal.timeout(2_000),
  })
  const jsz = (await answer.json()) as Jsz
  const streams = (jsz.account_details ?? []).flatMap(({ stream_detail: some = [] }) => some)
  return streams.flatMap((stream) => [stream, ...(stream.consumer_detail ?? [])])
}

/** Whether it knows a leader of each, and of those it leads that all others are up to date. */
const isCurrent = async (server: NatsServer): Promise<boolean> => {
  const groups = await groupsOf(server).catch(() => undefined)
  return (groups ?? []).length > 0 && !!groups?.every(({ cluster }) => isCaughtUp(server, cluster))
}

const isCaughtUp = ({ name }: NatsServer, cluster: Group['cluster']): boolean => {
  const { leader, replicas = [] } = cluster ?? {}
  return !!leader && (leader !== name || replicas.every(({ current }) => current))
}

/** Whether it knows a leader of each, and none is the one that it does not see. */
const isLedWithout = async (server: NatsServer, unseen: string): Promise<boolean> => {
  const groups = await groupsOf(server).catch(() => [])
  return groups.length > 0 && groups.every(({ cluster }) => cluster?.leader && cluster.leader !== unseen)
}

const groupText = ({ name, cluster }: Group): string => {
  const replicas = (cluster?.replicas ?? [])
    .map((one) => `${one.name}${one.current ? '' : ' behind'}`)
    .join(', ')
  return `${name}: leader ${cluster?.leader ?? 'none'} (${replicas})`
}

const stateOf = async (server: NatsServer): Promise<string> => {
  try {
    return [`server ${server.name}`, ...(await groupsOf(server)).map(groupText)].join('\n  ')
  } catch (error) {
    return `server ${server.name}: ${error}`
  }
}

/** From each server to each other one, by their names. */
type Cables = ReadonlyMap<string, Cable>

type Place = { name: string; client: number; route: number }

const layCables = async (places: readonly Place[]): Promise<Cables> => {
  const pairs = places.flatMap((from) => places.filter((to) => to !== from).map((to) => ({ from, to })))
  return new Map(
    await Promise.all(
      pairs.map(async ({ from, to }) => [`${from.name}-${to.name}`, await layCable(to.route)] as const),
    ),
  )
}

const portsFrom = (cables: Cables, name: string): number[] =>
  [...cables].filter(([between]) => between.startsWith(`${name}-`)).map(([, { port }]) => port)

export const startNatsCluster = async (setup: NatsSetup): Promise<NatsCluster> => {
  const places = await Promise.all(
    [1, 2, 3].map(async (n) => ({ name: `n${n}`, client: await freePort(), route: await freePort() })),
  )
  const cables = await layCables(places)
  const servers = await Promise.all(
    places.map(({ name, client, route: port }) =>
      // A server expects as many as it has routes. To find itself among them puts it out: port 1 stands for it.
      makeNatsServer(setup, name, client, { name: 'trio', port, routes: [...portsFrom(cables, name), 1] }),
    ),
  )
  const isReady = async () => (await membersOf(servers))?.length === servers.length
  const ready = () => until(isReady, 'the cluster has a leader', 40_000)
  const form = async () => {
    for (let tries = 1; tries <= 9; tries += 1) {
      const isFormed = until(isReady, 'all have met', 4_000).then(() => true)
      if (await isFormed.catch(() => startLeftOut(servers, tries % 4 > 0))) return
    }
    await ready()
  }
  const isWhole = async () => (await Promise.all(servers.map(isCurrent))).every(Boolean)
  const dispose = async () => {
    await Promise.all(servers.map((server) => server.dispose()))
    await Promise.all([...cables.values()].map((cable) => cable.stop()))
  }
  try {
    await Promise.all(servers.map((server) => server.start()))
    await form()
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    servers,
    hosts: servers.map(({ host }) => host).join(','),
    ready,
    ledWithout({ name }) {
      const others = servers.filter((server) => server.name !== name)
      const areLed = async () =>
        (await Promise.all(others.map((other) => isLedWithout(other, name)))).every(Boolean)
      return until(areLed, `the others lead all without ${name}`, 120_000)
    },
    whole: () => until(isWhole, 'every copy in the cluster has caught up', 120_000),
    cutOff({ name }, how) {
      for (const [between, cable] of cables) if (between.split('-').includes(name)) cable.cut(how)
    },
    mend() {
      for (const cable of cables.values()) cable.mend()
    },
    state: async () => (await Promise.all(servers.map(stateOf))).join('\n'),
    dispose,
  }
}

import { JetStreamApiError } from '@nats-io/jetstream'
import { type KV, Kvm } from '@nats-io/kv'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../telemetry/log.ts'
import { OutboxFull } from '../outbox.ts'
import { refusalOfClaim, warningOf } from './durability.ts'
import { type Link, openLink } from './link.ts'
import { readMonitor } from './monitor.ts'
import { type Names, namesOf } from './names.ts'
import { createNonceBucket, type NonceBucket } from './nonce-bucket.ts'
import { openQueues, type Queues } from './queues.ts'
import { ensureStreams, type StreamWish, streamsOf } from './streams.ts'
import type { NatsSettings } from './url.ts'

/** What an outbox stands on: the connection, and streams that are as they must be. */
export type Ground = { link: Link; names: Names; queues: Queues; nonces: NonceBucket; shared: KV }

export type GroundOptions = {
  settings: NatsSettings
  projectId: string
  keepDeadLettersMs: number
  clock: Clock
  log: Log
}

/** What is claimed of durability could not be verified. */
export class ClaimRefused extends TypeError {
  override readonly name = 'ClaimRefused'
}

/** For a cluster that has lost its leader to find another one, in ms. */
export const START_MS = 30_000

/** @throws StreamsDiffer, ClaimRefused */
export const openGround = async (options: GroundOptions): Promise<Ground> => {
  const { settings, projectId, clock, log } = options
  const link = await openLink(settings, clock, log)
  try {
    return await link.persist(() => layGround(link, namesOf(settings.prefix, projectId), options), START_MS)
  } catch (error) {
    await link.nc.close()
    throw error instanceof OutboxFull && error.cause instanceof JetStreamApiError ? error.cause : error
  }
}

const layGround = async (link: Link, names: Names, options: GroundOptions): Promise<Ground> => {
  const { settings, keepDeadLettersMs, clock } = options
  const { leaseMs, maxBytes } = settings
  // In a cluster three copies, or none of it: fewer must be asked for by name.
  const replicas = settings.replicas ?? (link.nc.info?.cluster ? 3 : 1)
  const wishes = streamsOf({ names, replicas, keepDeadLettersMs, maxBytes })
  await ensureStreams(link.jsm, wishes)
  await verifyClaim(link, wishes, options)
  const open = (bucket: string) => new Kvm(link.js).open(bucket, { allow_direct: false })
  const queues = await openQueues({ link, names, clock, leaseMs })
  const nonces = createNonceBucket(await open(names.nonces), link)
  return { link, names, queues, nonces, shared: await open(names.shared) }
}

/** @throws ClaimRefused */
const verifyClaim = async (
  { nc, jsm }: Link,
  wishes: readonly StreamWish[],
  { settings, log }: GroundOptions,
): Promise<void> => {
  const streams = await Promise.all(wishes.map(({ name }) => jsm.streams.info(name)))
  const servers = streams.flatMap(({ cluster }) => [
    cluster?.leader ?? nc.info?.server_name,
    ...(cluster?.replicas ?? []).map(({ name }) => name),
  ])
  const facts = {
    version: nc.info?.version ?? '0',
    replicas: Math.min(...streams.map(({ config }) => config.num_replicas)),
    servers: [...new Set(servers.filter((name) => name !== undefined))],
    monitored: await Promise.all(settings.monitors.map(readMonitor)),
  }
  const refusal = refusalOfClaim(settings.durability, facts)
  if (refusal !== undefined) throw new ClaimRefused(`durability=${settings.durability}: ${refusal}`)
  const warning = warningOf(facts)
  if (warning !== undefined) log.warn(warning)
}

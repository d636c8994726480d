import {
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import type { Names } from './names.ts'

const NANOS = 1_000_000
const MINUTE_MS = 60_000
/** Of message ids, which nothing here uses: servers of a cluster may come to judge them differently. */
const DEDUP_MS = 10 * MINUTE_MS
/** How long a nonce is remembered after the last change of what became of it. */
export const NONCE_MS = 30 * 24 * 60 * MINUTE_MS
const LEAST_AGE_MS = 1_000

export type StreamWish = Partial<StreamConfig> & Pick<StreamConfig, 'name' | 'subjects'>
export type StreamWishes = {
  names: Names
  replicas: number
  keepDeadLettersMs: number
  maxBytes?: number | undefined
}

/**
 * The streams of one project, as they must be. The work queue is none of the server's work queues: those drop what their
 * consumers believe to be acknowledged, and consumers whose leader changes were seen to believe it of what was not.
 */
export const streamsOf = ({ names, replicas, keepDeadLettersMs, maxBytes }: StreamWishes): StreamWish[] => {
  const common = { storage: StorageType.File, num_replicas: replicas, retention: RetentionPolicy.Limits }
  const lettersMs = Math.max(LEAST_AGE_MS, keepDeadLettersMs)
  const aged = (ms: number) => ({
    max_age: ms * NANOS,
    duplicate_window: Math.min(2 * MINUTE_MS, ms) * NANOS,
  })
  const bucket = {
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: true,
    allow_direct: false,
  }
  return [
    {
      ...common,
      name: names.items,
      subjects: [names.subject.items],
      discard: DiscardPolicy.New,
      max_bytes: maxBytes ?? -1,
      duplicate_window: DEDUP_MS * NANOS,
    },
    {
      ...common,
      name: names.letters,
      subjects: [names.subject.letters],
      max_msgs_per_subject: 1,
      ...aged(lettersMs),
    },
    { ...common, name: names.redriven, subjects: [names.subject.redriven], ...aged(lettersMs) },
    { ...common, name: names.requeued, subjects: [names.subject.requeued], ...aged(lettersMs) },
    { ...common, name: names.burials, subjects: [names.subject.burials], ...aged(lettersMs) },
    { ...common, name: names.repeats, subjects: [names.subject.repeat], max_msgs: 1 },
    {
      ...common,
      ...bucket,
      name: `KV_${names.nonces}`,
      subjects: [`$KV.${names.nonces}.>`],
      ...aged(NONCE_MS),
    },
    { ...common, ...bucket, name: `KV_${names.shared}`, subjects: [`$KV.${names.shared}.>`] },
  ]
}

/** In which settings a stream is not as it must be: `name: setting is …, not …`. */
export const differencesOf = (wish: StreamWish, config: StreamConfig): string[] => {
  const is = new Map<string, unknown>(Object.entries(config))
  return Object.entries(wish)
    .filter(([setting, value]) => JSON.stringify(is.get(setting)) !== JSON.stringify(value))
    .map(
      ([setting, value]) =>
        `stream ${wish.name}: ${setting} is ${JSON.stringify(is.get(setting))}, not ${JSON.stringify(value)}`,
    )
}

/** A stream is there already and is another than the one needed. Nothing is changed: that is for a person. */
export class StreamsDiffer extends TypeError {
  override readonly name = 'StreamsDiffer'
}

/**
 * Makes the streams that are missing, and changes none.
 *
 * @throws StreamsDiffer naming every setting that differs
 */
export const ensureStreams = async (jsm: JetStreamManager, wishes: readonly StreamWish[]): Promise<void> => {
  const differences: string[] = []
  for (const wish of wishes) {
    const config = (await configOf(jsm, wish.name)) ?? (await jsm.streams.add(wish)).config
    differences.push(...differencesOf(wish, config))
  }
  if (differences.length > 0) throw new StreamsDiffer(differences.join('; '))
}

const configOf = async (jsm: JetStreamManager, name: string): Promise<StreamConfig | undefined> => {
  try {
    return (await jsm.streams.info(name)).config
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && error.message === 'stream not found'

/** How long the fault tests go on: bounded in `npm test`, as long as asked for in `npm run soak`. */
const asked = (name: string, fallback: number): number => Number(process.env[name] ?? fallback)

export const SOAK = {
  /** Lives of the relay that end by kill -9. */
  rounds: asked('SOAK_ROUNDS', 2),
  /** Hostile bodies. */
  bodies: asked('SOAK_BODIES', 2_000),
  /** Leaders of the NATS cluster that are killed, and how far apart. */
  leaderKills: asked('SOAK_LEADER_KILLS', 1),
  leaderKillEveryMs: asked('SOAK_LEADER_KILL_EVERY_MS', 2_000),
  /** How long everything goes wrong at random. */
  minutes: asked('SOAK_MINUTES', 0.05),
  /** What chance begins with; a run is had again under its seed. */
  seed: asked('SOAK_SEED', Math.floor(Math.random() * 1e6)),
}

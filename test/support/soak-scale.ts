/** How long the fault tests go on: bounded in `npm test`, as long as asked for in `npm run soak`. */
const asked = (name: string, fallback: number): number => Number(process.env[name] ?? fallback)

export const SOAK = {
  /** Lives of the relay that end by kill -9. */
  rounds: asked('SOAK_ROUNDS', 6),
  /** Hostile bodies. */
  bodies: asked('SOAK_BODIES', 3_000),
  /** What chance begins with; a run is had again under its seed. */
  seed: asked('SOAK_SEED', Math.floor(Math.random() * 1e6)),
}

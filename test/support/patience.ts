/**
 * How long a test looks for what is to happen, in ms. A machine may be busy with other things for seconds, and that is no
 * fault of ours: what has to be quick is measured in `bench/`.
 */
export const PATIENCE_MS = 15_000

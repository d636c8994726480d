/** Entries come batch by batch: the last answer serves the next question. */
export const rememberLast = <T>(read: (seq: number) => T): ((seq: number) => T) => {
  let last: { seq: number; value: T } | undefined
  return (seq) => {
    if (last?.seq !== seq) last = { seq, value: read(seq) }
    return last.value
  }
}

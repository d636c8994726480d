/**
 * Hands on together what came in one turn of the event loop. Answers come many a turn: to read them all, and then to
 * send what follows on all of them, is quicker than to do both for one after the other.
 */
export const createHanding = <T>(take: (one: T) => void): ((one: T) => void) => {
  let gathered: T[] = []
  const handOn = () => {
    const now = gathered
    gathered = []
    for (const one of now) take(one)
  }
  return (one) => {
    if (gathered.push(one) === 1) setImmediate(handOn)
  }
}

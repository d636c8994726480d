/** Nonces that this process's memory alone holds: so that the bench can tell "not yet" from "never". */
export const createUnderWay = () => {
  const held = new Set()
  return {
    begin: (nonce) => held.add(nonce),
    end: (nonce) => held.delete(nonce),
    account: (missing) => ({ waiting: missing.filter((nonce) => held.has(nonce)), setAside: [] }),
  }
}

import { readFileSync } from 'node:fs'

const unit = readFileSync(new URL('../../deploy/wmkt-relay.service', import.meta.url), 'utf8')

/** Node's options of a relay that is run as deploy/ has it. */
export const AS_DEPLOYED = /^ExecStart=\/usr\/bin\/node (\S.*) \S+wmkt-relay\.js start$/m
  .exec(unit)[1]
  .split(' ')

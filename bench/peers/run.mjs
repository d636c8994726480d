/** `npm run bench -- peers`, or after `npm run build`: node bench/peers/run.mjs */
import { isMissed, tableOf } from '../table.mjs'
import { benchPeers } from './bench.mjs'

const goals = await benchPeers()
console.log(tableOf(goals))
process.exit(goals.some(isMissed) ? 1 : 0)

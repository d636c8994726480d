// Loaded into a relay before anything else: its clock goes wrong by as many milliseconds as the file says.
import { readFileSync } from 'node:fs'

const { now } = Date
let offMs = 0
const read = () => {
  try {
    offMs = Number(readFileSync(process.env.SOAK_CLOCK ?? '', 'utf8')) || 0
  } catch {}
}
delete process.env.NODE_OPTIONS
read()
setInterval(read, 100).unref()
Date.now = () => now() + offMs

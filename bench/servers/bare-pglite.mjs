/** The least that can be ready with the sandbox's data: its engine, opened as it comes, and a line that says so. */
import { PGlite } from '@electric-sql/pglite'

const engine = await PGlite.create(process.argv[2])
console.log('open')
process.once('SIGTERM', () => engine.close())

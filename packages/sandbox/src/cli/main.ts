import { runCli } from './cli.ts'

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  print: (line) => void process.stdout.write(line),
  complain: (text) => void process.stderr.write(text),
  onEnd: (stop) => {
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  },
})

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { ROOT } from '../support/sources.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Instruction = { word: string; rest: string }
type Stage = { name: string; from: string; instructions: Instruction[] }

/** What deploy/Dockerfile leaves, in a folder in place of an image's root. */
export type Image = {
  /** The folder that stands for `/app`. */
  app: string
  env: Record<string, string>
  /** Program and arguments. */
  command: string[]
  healthCheck: string[]
  user: string
  /** Commands for the root of an image alone: they were not run. */
  passedOver: string[]
}

/** This stage is what `npm ci && npm run build` has made of this clone already. */
const BUILT = 'build'

const readStages = (): Stage[] => {
  const text = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8').replace(/^#.*\n/gm, '')
  const stages: Stage[] = []
  for (const [, word = '', rest = ''] of text.replace(/\\\n/g, ' ').matchAll(/^([A-Z]+)\s+(.*)$/gm))
    if (word === 'FROM') {
      const [from = '', , name = 'final'] = rest.split(/\s+/)
      stages.push({ name, from, instructions: [] })
    } else stages.at(-1)?.instructions.push({ word, rest })
  return stages
}

/** Of the last instruction of that name, its JSON or its words. */
const lastOf = ({ instructions }: Stage, word: string): string =>
  instructions.findLast((one) => one.word === word)?.rest ?? ''

const copyBuilt = (into: string): void =>
  cpSync(join(ROOT, 'packages'), join(into, 'app/packages'), {
    recursive: true,
    filter: (path) => basename(path) !== 'node_modules' && relative(ROOT, path).split('/')[1] !== 'sandbox',
  })

/** `COPY [--from=stage] source… target`: a folder's content goes into the target. */
const copy = (rest: string, app: string, rootOf: (stage: string) => string): void => {
  const [, stage, paths = ''] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest) ?? []
  const words = paths.split(/\s+/)
  const target = words.pop() ?? '.'
  for (const word of words) {
    const source = join(stage === undefined ? ROOT : rootOf(stage), word)
    const isFile = /\.json$/.test(word)
    cpSync(source, isFile ? join(app, target, basename(word)) : join(app, target), {
      recursive: true,
      // Links between the packages are relative, and stay so.
      verbatimSymlinks: true,
    })
  }
}

/** Files are copied and npm is run as they would be in an image. Returns the commands that were not run. */
const carryOut = ({ name, from, instructions }: Stage, rootOf: (stage: string) => string): string[] => {
  const app = join(rootOf(name), 'app')
  mkdirSync(app, { recursive: true })
  if (existsSync(rootOf(from)))
    cpSync(rootOf(from), rootOf(name), { recursive: true, verbatimSymlinks: true })
  const passedOver: string[] = []
  for (const { word, rest } of instructions) {
    if (word === 'COPY') copy(rest, app, rootOf)
    if (word !== 'RUN') continue
    if (rest.startsWith('npm ')) execFileSync('bash', ['-c', rest], { cwd: app, stdio: 'pipe' })
    else passedOver.push(rest)
  }
  return passedOver
}

/** Stage by stage, in a folder of this machine. */
export const makeImage = (): Image => {
  const root = tempFolder('image')
  const rootOf = (stage: string) => join(root, stage.replace(':', '-'))
  const stages = readStages()
  copyBuilt(rootOf(BUILT))
  const others = stages.filter(({ name }) => name !== BUILT)
  const passedOver = others.flatMap((stage) => carryOut(stage, rootOf))
  const final = others.at(-1)
  if (!final) throw new Error('a Dockerfile without a stage')
  const pairs = lastOf(final, 'ENV').split(/\s+/)
  return {
    app: join(rootOf(final.name), 'app'),
    env: Object.fromEntries(
      pairs.map((pair): [string, string] => [pair.replace(/=.*/, ''), pair.replace(/.*?=/, '')]),
    ),
    command: [...JSON.parse(lastOf(final, 'ENTRYPOINT')), ...JSON.parse(lastOf(final, 'CMD'))],
    healthCheck: JSON.parse(lastOf(final, 'HEALTHCHECK').replace(/^.*?CMD /, '')),
    user: lastOf(final, 'USER'),
    passedOver,
  }
}

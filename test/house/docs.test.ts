import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startChild } from '../support/child.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { ROOT } from '../support/sources.ts'
import { tempFolder } from '../support/temp-folder.ts'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const DOCS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...['docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
]

/** The code blocks of a document in one language. */
const blocksOf = (path: string, language: string): string[] =>
  [...read(path).matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '')

describe('the README', () => {
  test('is 120 lines at most, with code before line 15', () => {
    const lines = read('README.md').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(120)
    expect(lines.findIndex((line) => line.startsWith('```'))).toBeLessThan(14)
  })

  test('shows the very snippet that the demo shop and the browser tests use', () => {
    const stub = '<script>window.wmkt=window.wmkt||function(){(wmkt.q=wmkt.q||[]).push(arguments)}</script>'
    expect(blocksOf('README.md', 'html')[0]).toContain(stub)
    expect(read('examples/shop/public/index.html')).toContain(stub)
  })

  test('has a middleware example that runs as it stands, on another port and key file', async () => {
    const folder = tempFolder('readme')
    const keyFile = join(folder, 'service-account.json')
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const account = { clientId: 'c', serviceAccountEmail: 'a@b.test', privateKeyId: 'k', privateKey }
    writeFileSync(keyFile, JSON.stringify(account))
    const port = await freePort()
    const code = (blocksOf('README.md', 'js')[0] ?? '')
      .replace('/etc/wmkt/service-account.json', keyFile)
      .replace('./data', join(folder, 'data'))
      .replace('3000', String(port))
    mkdirSync(join(ROOT, '.cache'), { recursive: true })
    const program = join(ROOT, '.cache/readme.mjs')
    writeFileSync(program, code)
    const child = startChild([program])
    await eventually(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/wmkt/readyz`)
        expect(answer.status, child.output()).toBe(200)
      },
      { timeout: 15_000, interval: 100 },
    )
    expect((await fetch(`http://127.0.0.1:${port}/wmkt/tag.js`)).status).toBe(200)
    await child.end('SIGKILL')
  })
})

describe('every document', () => {
  test.each(DOCS)('%s links only to what is there', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      (match) => match[1] ?? '',
    )
    const broken = links.filter((link) => !existsSync(join(ROOT, dirname(path), link)))
    expect(broken).toEqual([])
  })

  test.each(DOCS)('%s names only scripts that package.json has', (path) => {
    const { scripts } = JSON.parse(read('package.json'))
    const named = [...read(path).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

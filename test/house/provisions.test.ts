import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { aptInstall } from '../support/apt.ts'
import { givenIn, orThrow } from '../support/given.ts'
import { begin } from '../support/provisions.ts'
import { tempFolder } from '../support/temp-folder.ts'

const missing = { missing: 'no strace, and none can be installed here' }

describe('what a machine lacks', () => {
  let names = 0
  /** Known by a name of its own, since a run provides once for each. */
  let key = ''
  beforeEach(() => {
    names += 1
    key = `provision-${names}`
  })

  test('is awaited by who needs it, until it is there', async () => {
    const folder = tempFolder('run')
    const order: string[] = []
    const provide = async () => {
      await new Promise((rest) => setTimeout(rest, 20))
      order.push('provided')
      return { path: '/usr/bin/strace' }
    }
    void begin(folder, 'strace', provide, key)
    const found = await givenIn(folder, 'strace')
    order.push('given')
    expect([order, found]).toEqual([['provided', 'given'], { path: '/usr/bin/strace' }])
  })

  test('is provided once a run, and told to each project that asks', async () => {
    const folders = [tempFolder('run'), tempFolder('run')]
    const provide = vi.fn(async () => ({ path: '/usr/bin/strace' }))
    await Promise.all(folders.map((folder) => begin(folder, 'strace', provide, key)))
    expect(provide).toHaveBeenCalledTimes(1)
    for (const folder of folders) expect(await givenIn(folder, 'strace')).toEqual({ path: '/usr/bin/strace' })
  })

  test('and cannot be had is told to each who needs it, with the reason', async () => {
    const [told, thrown] = [tempFolder('run'), tempFolder('run')]
    await begin(told, 'strace', async () => missing, key)
    const failing = () => Promise.reject(new Error('the mirror is out of reach'))
    await begin(thrown, 'strace', failing, `${key}-thrown`)
    const found = [await givenIn(told, 'strace'), await givenIn(thrown, 'strace')]
    expect(() => orThrow(found[0] ?? {})).toThrow(missing.missing)
    expect(() => orThrow(found[1] ?? {})).toThrow('the mirror is out of reach')
  })

  test('and nobody provides is not waited for', async () => {
    await expect(givenIn(tempFolder('run'), 'chromium')).rejects.toThrow(
      'chromium is provided by none of the global setups of this project',
    )
  })
})

describe('apt', () => {
  /** An apt-get that writes down what it is asked for, takes its time, and refuses one package. */
  const standIn = (): { asked: () => string[] } => {
    const folder = tempFolder('apt')
    const script = join(folder, 'apt-get')
    const lines = [
      '#!/bin/sh',
      'what=$4; shift $(($# < 6 ? $# : 6))',
      `echo "$what $*" >> ${folder}/asked`,
      'sleep 0.05',
      `echo "done $*" >> ${folder}/asked`,
      'case "$*" in *unknown*) echo "E: Unable to locate package" >&2; exit 100;; esac',
    ]
    writeFileSync(script, lines.join('\n'))
    chmodSync(script, 0o755)
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`)
    vi.spyOn(process, 'getuid').mockReturnValue(0)
    const asked = () => readFileSync(join(folder, 'asked'), 'utf8').trim().split(/\s*\n/)
    return { asked }
  }

  afterEach(() => vi.unstubAllEnvs())
  const install = (...names: string[]) => Promise.all(names.map((name) => aptInstall(name)))

  // Lists are read once a run, and in it this test is the first.
  test('reads its lists first, and installs at once what was asked for until then', async () => {
    const { asked } = standIn()
    expect(await install('one', 'two')).toEqual([undefined, undefined])
    expect(asked()).toEqual(['update', 'done', 'install one two', 'done one two'])
  })

  test('installs each by itself where one is not to be had, and says why', async () => {
    const { asked } = standIn()
    const outcomes = await install('one', 'unknown', 'two')
    expect(outcomes).toEqual([undefined, 'E: Unable to locate package', undefined])
    const all = ['one unknown two', 'one', 'unknown', 'two']
    expect(asked()).toEqual(all.flatMap((names) => [`install ${names}`, `done ${names}`]))
  })
})

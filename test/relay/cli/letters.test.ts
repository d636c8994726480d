import { expect, test } from 'vitest'
import { systemClock } from '../../../packages/relay/src/clock.ts'
import type { Outbox } from '../../../packages/relay/src/outbox/outbox.ts'
import { buryEvent } from '../../support/dead-letter.ts'
import { freePort } from '../../support/free-port.ts'
import { createMemoryOutbox } from '../../support/memory-outbox.ts'
import { startRelay } from '../../support/relay.ts'
import { runCli, type TerminalOptions } from '../../support/terminal.ts'

const NONCES = ['n1', 'n2', 'n3', 'n4']

/** A relay with dead letters, and the command line beside it. */
const start = async (nonces = NONCES, prepare = async (_: Outbox) => {}) => {
  const outbox = createMemoryOutbox({ clock: systemClock })
  await prepare(outbox)
  for (const nonce of nonces)
    await buryEvent(outbox, nonce, {
      code: nonce === 'n4' ? 'EXPIRED' : 'UPSTREAM_REJECTED',
      message: 'no\u001b[2J a@b.c',
    })
  const { adminUrl } = await startRelay({ outbox })
  const env = {
    WMKT_PROJECT_ID: 'demo-shop',
    WMKT_ACCESS_TOKEN: 'a.b.c',
    WMKT_ADMIN_PORT: new URL(adminUrl).port,
  }
  const letters = (args: string[], more: TerminalOptions = {}) =>
    runCli(['dead-letters', ...args], { env, ...more })
  return { outbox, letters, port: env.WMKT_ADMIN_PORT }
}

test('list gives a line a letter, free of control characters and of what is personal', async () => {
  const { letters } = await start()
  const { code, out } = await letters(['list'])
  expect([code, out.trim().split('\n').length]).toEqual([0, 4])
  expect(out).toMatch(/^n1\tevent:lead\tUPSTREAM_REJECTED\t\d{4}-.*\t1×\tno \[2J \[redacted\]$/m)
  expect(JSON.parse((await letters(['list', '--json', '--code', 'EXPIRED'])).out)).toMatchObject([
    { nonce: 'n4' },
  ])
})

test('where there is none, that is said beside the output, and JSON stays JSON', async () => {
  const { letters } = await start([])
  expect(await letters(['list'])).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringMatching(/^no dead letters/),
  })
  expect(await letters(['list', '--json'])).toMatchObject({ out: '[]\n', err: '' })
  expect(await letters(['redrive', '--all'])).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringMatching(/^no dead letters/),
  })
  expect(await letters(['redrive', '--all', '--json'])).toMatchObject({
    out: '{"done":"redrive","count":0}\n',
  })
  expect(await letters(['export'])).toMatchObject({
    code: 0,
    out: '',
    err: expect.stringMatching(/^no dead letters/),
  })
})

test('show blots out what is personal until --reveal', async () => {
  const { letters } = await start()
  expect(JSON.parse((await letters(['show', 'n1'])).out).item.data).toEqual({ email: '[redacted]' })
  expect(JSON.parse((await letters(['show', 'n1', '--reveal'])).out).item.data).toEqual({ email: 'a@b.c' })
  expect(await letters(['show', 'none'])).toMatchObject({ code: 1, err: 'wmkt-relay: no dead letter none\n' })
})

test('one letter is redriven or dropped by its nonce, once', async () => {
  const { letters, outbox } = await start()
  expect(await letters(['redrive', 'n1'])).toMatchObject({ code: 0, out: 'redrive: n1\n' })
  expect(await letters(['drop', 'n2', '--json'])).toMatchObject({
    code: 0,
    out: '{"done":"drop","nonce":"n2"}\n',
  })
  expect(outbox.ledger()).toMatchObject({ held: 1, buried: 2, dropped: 1 })
  expect((await letters(['redrive', 'n1'])).code).toBe(1)
})

test('all of one reason are redriven, or all', async () => {
  const { letters, outbox } = await start()
  expect(await letters(['redrive', '--all', '--code', 'EXPIRED'])).toMatchObject({ out: 'redrive: 1\n' })
  expect(await letters(['redrive', '--all'])).toMatchObject({ out: 'redrive: 3\n' })
  expect(outbox.ledger()).toMatchObject({ held: 4, buried: 0 })
})

test('the relay that runs is asked without project and credential; where none runs, that is said before what is missing', async () => {
  const { letters, port } = await start()
  expect((await letters(['list'], { env: { WMKT_ADMIN_PORT: port } })).code).toBe(0)
  const none = await letters(['list'], { env: { WMKT_ADMIN_PORT: String(await freePort()) } })
  expect([none.code, none.err]).toEqual([
    2,
    expect.stringMatching(
      /^wmkt-relay: no relay answers on 127\.0\.0\.1:\d+, and .*WMKT_PROJECT_ID: expected/,
    ),
  ])
})

test('what JSON leaves of a stranger’s words is escaped: no command reaches the terminal, and it means the same', async () => {
  const hostile = '\u009b2J\u202egnp\u{e0041}'
  const { letters } = await start([], (outbox) => buryEvent(outbox, 'hostile', undefined, hostile))
  const { out } = await letters(['show', 'hostile'])
  expect(out).not.toMatch(/[\p{Cf}\u0080-\u009f]/u)
  expect(JSON.parse(out).lane).toBe(`event:${hostile}`)
  expect(JSON.parse((await letters(['list', '--json'])).out)[0].lane).toBe(`event:${hostile}`)
  expect((await letters(['list'])).out).not.toMatch(/[\p{Cf}\u0080-\u009f]/u)
})

test('neither a nonce nor --all, or both, is misuse', async () => {
  const { letters } = await start()
  const misuse = { code: 2, out: '', err: 'error: expected either a nonce or --all\n' }
  expect(await letters(['redrive'])).toMatchObject(misuse)
  expect(await letters(['redrive', 'n1', '--all'])).toMatchObject(misuse)
})

test('an export has everything, one JSON line a letter, and nothing else on stdout', async () => {
  const { letters } = await start()
  const { out, err } = await letters(['export'])
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ nonce }) => nonce)).toEqual(NONCES)
  expect(lines[0]).toMatchObject({ message: 'no\u001b[2J a@b.c', item: { data: { email: 'a@b.c' } } })
  expect(err).toBe('export: 4\n')
})

test('a progress bar is drawn for who watches, and taken away at the end', async () => {
  const { letters } = await start()
  const { sketches, out } = await letters(['redrive', '--all'], { tty: true })
  expect(sketches[0]).toMatch(/^\rredriving █+░+ \d+ % · \d of 4/)
  expect(sketches.at(-1)).toBe('\r\u001b[K')
  expect(out).toBe('redrive: 4\n')
  expect((await letters(['export'])).sketches).toEqual([])
})

import { expect, test } from 'vitest'
import { sourcesIn } from '../../support/sources.ts'

test('the verdicts are written from the reference: they know nothing of the sandbox, and do nothing but decide', () => {
  const files = sourcesIn('packages/protocol/src/schema')
  expect(files.length).toBeGreaterThan(7)
  const allowed = /^(\.\/[a-z-]+\.ts|\.\.\/rfc3339\.ts|libphonenumber-js)$/
  const offences = files.flatMap(({ path, imports }) =>
    imports.filter(({ from }) => !allowed.test(from)).map(({ from }) => `${path} → ${from}`),
  )
  expect(offences).toEqual([])
})

test('the sandbox knows nothing of the relay, and neither reaches into the other by a path', () => {
  const reach = (from: string, to: RegExp) =>
    sourcesIn(from).flatMap(({ path, imports }) =>
      imports.filter((one) => to.test(one.from)).map((one) => `${path} → ${one.from}`),
    )
  expect(reach('packages/relay/src', /sandbox/)).toEqual([])
  expect(reach('packages/sandbox/src', /relay/)).toEqual([])
})

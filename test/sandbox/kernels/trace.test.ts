import { describe, expect, test } from 'vitest'
import { traceOf } from '../../../packages/sandbox/src/trace.ts'

describe('what is logged of a failure', () => {
  test('says where and what, but quotes no value', () => {
    const inner = Object.assign(new Error('Key (email)=(ann@shop.test) exists'), { code: '23505' })
    const trace = traceOf(new Error('Failed query: insert … params: ann@shop.test', { cause: inner }))
    expect(trace).toMatchObject({ name: 'Error', code: '23505' })
    expect(trace.at[0]).toContain('trace.test.ts')
    expect(JSON.stringify(trace)).not.toContain('ann@shop.test')
  })

  test('of something that is no error says that', () => {
    expect(traceOf('ann@shop.test')).toEqual({ name: 'string', code: undefined, at: [] })
  })
})

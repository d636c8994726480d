import { describe, expect, test } from 'vitest'
import { createBoard } from '../../../packages/sandbox/src/faults/board.ts'

describe('the board of faults', () => {
  test('counts what each fault struck, and drops it when it is spent', () => {
    const board = createBoard()
    const { id } = board.post({ kind: 'delay', delayMs: 1, on: 'getEvent', times: 2 })
    expect(board.strike('getMe')).toEqual([])
    expect(board.strike('getEvent')).toHaveLength(1)
    expect(board.list()).toEqual([
      { id, fault: { kind: 'delay', delayMs: 1, on: 'getEvent', times: 2 }, struck: 1 },
    ])
    expect(board.strike('getEvent')).toHaveLength(1)
    expect(board.strike('getEvent')).toEqual([])
    expect(board.list()).toEqual([])
  })

  test('strikes with all faults that stand for a target, in the order they were posted', () => {
    const board = createBoard()
    board.post({ kind: 'delay', delayMs: 1 })
    board.post({ kind: 'status', status: 500, on: '*' })
    board.post({ kind: 'delay', delayMs: 2, on: 'token' })
    expect(board.strike('token').map(({ kind }) => kind)).toEqual(['delay', 'status', 'delay'])
    expect(board.strike('getMe').map(({ kind }) => kind)).toEqual(['delay', 'status'])
  })

  test('takes one event in n for the silent trash, and no request', () => {
    const board = createBoard()
    board.post({ kind: 'silent-trash', oneIn: 4, times: 2 })
    const taken = Array.from({ length: 16 }, () => board.strikeEvent())
    expect(taken.flatMap((hit, index) => (hit ? [index + 1] : []))).toEqual([4, 8])
    expect(board.strike('createEvent')).toEqual([])
  })
})

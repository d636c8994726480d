import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { given, orThrow } from './given.ts'

const strace = await given('strace')

/** A system call as strace saw it: where in the trace it began, and where it had returned. */
export type SystemCall = {
  name: string
  args: string
  result: string
  began: number
  returned: number
  ok: boolean
}

const CALLS = 'openat,fdatasync,fsync,msync,pwrite64,pwritev,writev,write'

/** Runs a script and returns its system calls, in order of their return. Needs strace. */
export const systemCallsOf = (script: string, args: readonly string[], tracePath: string): SystemCall[] => {
  const options = ['-f', '-s', '16384', '-e', `trace=${CALLS}`, '-e', 'signal=none', '-o', tracePath]
  execFileSync(orThrow(strace).path, [...options, process.execPath, script, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return parseTrace(readFileSync(tracePath, 'utf8'))
}

/** Calls that other threads interrupt are printed in two halves; both are put together here. */
export const parseTrace = (trace: string): SystemCall[] => {
  const unfinished = new Map<string, { args: string; began: number }>()
  const calls: SystemCall[] = []
  for (const [at, line] of trace.split('\n').entries()) {
    const [, pid = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    const begun = /^(\w+)\((.*) <unfinished \.\.\.>$/.exec(rest)
    const resumed = /^<\.\.\. (\w+) resumed>(.*)= (-?\d+)/.exec(rest)
    const whole = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(rest)
    if (begun) unfinished.set(pid, { args: begun[2] ?? '', began: at })
    else if (resumed) {
      const { args, began } = unfinished.get(pid) ?? { args: '', began: at }
      calls.push(callOf(resumed, args, began, at))
    } else if (whole) calls.push(callOf(whole, '', at, at))
  }
  return calls
}

const callOf = (
  [, name = '', args = '', result = '']: RegExpExecArray,
  argsBefore: string,
  began: number,
  returned: number,
): SystemCall => ({
  name,
  args: `${argsBefore}${args.replace(/\)\s*$/, '')}`,
  result,
  began,
  returned,
  ok: !result.startsWith('-'),
})

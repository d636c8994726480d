import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Person } from './people.ts'

type Needle = { value: string; way: string; bytes: Buffer }

const FIRST = 4

/** A text as it may lie somewhere: as it is, in JSON, in a URL, in UTF-16, in base64 at each of its three offsets. */
const waysOf = (value: string): Needle[] => {
  const ways: [string, Buffer][] = [
    ['plain', Buffer.from(value)],
    ['JSON', Buffer.from(JSON.stringify(value).slice(1, -1))],
    ['percent', Buffer.from(encodeURIComponent(value))],
    ['UTF-16', Buffer.from(value, 'utf16le')],
    ['UTF-16, big', Buffer.from(value, 'utf16le').swap16()],
    ...[0, 1, 2].flatMap((offset): [string, Buffer][] => {
      const text = Buffer.from(' '.repeat(offset) + value).toString('base64')
      const inside = text.slice(offset === 0 ? 0 : 4, Math.floor((value.length + offset) / 3) * 4)
      return inside.length < 8 ? [] : [['base64', Buffer.from(inside)]]
    }),
  ]
  return ways.map(([way, bytes]) => ({ value, way, bytes }))
}

/** Tells what of these people is found in some bytes, and in which way it is written. Linear in the bytes. */
export const createSearch = (people: readonly Person[]): ((bytes: Buffer) => string[]) => {
  const needles = new Map<number, Needle[]>()
  for (const needle of people.flatMap(({ email, phone }) => [email, phone].flatMap(waysOf))) {
    const first = needle.bytes.readUInt32LE()
    needles.set(first, [...(needles.get(first) ?? []), needle])
  }
  return (bytes) => {
    const found = new Set<string>()
    for (let at = 0; at + FIRST <= bytes.length; at += 1)
      for (const needle of needles.get(bytes.readUInt32LE(at)) ?? [])
        if (bytes.subarray(at, at + needle.bytes.length).equals(needle.bytes))
          found.add(`${needle.value} (${needle.way})`)
    return [...found]
  }
}

/** Every file below a folder. */
export const filesBelow = (folder: string): { path: string; bytes: Buffer }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, bytes: readFileSync(path) }))

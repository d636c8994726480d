import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempFolder } from '../temp-folder.ts'

/** A disk of its own, small enough to be filled. */
export type SmallDisk = {
  folder: string
  /** Takes all the room that is left. */
  fill(): void
  free(): void
}

const MiB = 2 ** 20

/** Undefined where this process may not mount one. */
export const mountSmallDisk = (): SmallDisk | undefined => {
  const folder = tempFolder('disk')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  const balloon = join(folder, 'balloon')
  return {
    folder,
    fill() {
      const { bavail, bsize } = statfsSync(folder)
      // The last bytes are taken one by one: whoever writes meanwhile may take them first.
      try {
        writeFileSync(balloon, Buffer.alloc(bavail * bsize))
        for (;;) writeFileSync(balloon, Buffer.alloc(MiB / 256), { flag: 'a' })
      } catch {}
    },
    free: () => rmSync(balloon, { force: true }),
  }
}

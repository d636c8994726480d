import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Written beside, synced and renamed: a reader finds it whole, or as it was, wherever the process ends. For its owner's eyes only. */
export const writeWhole = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

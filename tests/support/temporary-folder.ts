/** Folders that tests write to. They go after the file that asked for them: `tests/preload.ts` sees to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made = new Set<string>()

/** A new, empty folder; `name` says whose it is, should a run be ended before it is removed. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `souvenir-${name}-`))
  made.add(folder)
  return folder
}

export function removeTemporaryFolders(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
  made.clear()
}

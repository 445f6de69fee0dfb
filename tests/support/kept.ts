/**
 * What costs much to make and is no test's subject is made once, for all workers of a run and for later runs, and lies beside the
 * packages: those that carry files are found from there.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './source-files.ts'

export const keptFolder = join(projectRoot, 'node_modules/.cache/souvenir-tests')

/** Longer than anything takes to be made on a busy machine: who began that long ago is gone. */
const makingMs = 60_000

/** The path of what is kept by this name; where there is none, `make` writes it, a file or a folder, to the path that it is given. */
export async function kept(name: string, make: (path: string) => unknown): Promise<string> {
  const path = join(keptFolder, name)
  while (!existsSync(path)) {
    // The workers of a run need it at the same moment: one makes it, the others wait.
    if (!begin(`${path}.making`)) {
      await Bun.sleep(20)
      continue
    }
    try {
      if (existsSync(path)) break
      await make(`${path}.incoming`)
      renameSync(`${path}.incoming`, path)
    } finally {
      rmSync(`${path}.making`, { recursive: true, force: true })
    }
  }
  return path
}

/** Whether nobody is making it. A mark that was left behind is taken away for the next try. */
function begin(mark: string): boolean {
  mkdirSync(keptFolder, { recursive: true })
  try {
    mkdirSync(mark)
    return true
  } catch {
    const since = statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - since > makingMs) rmSync(mark, { recursive: true, force: true })
    return false
  }
}

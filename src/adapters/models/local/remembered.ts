import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestFile, readManifest, sha256Of } from './files.ts'
import { ModelUnusable } from './unusable.ts'

/**
 * A file of the model, which is the one that was taken: what was put there by hand is remembered by nobody, and trusted.
 * @throws ModelUnusable when its SHA-256 is another than the one remembered
 */
export async function readRemembered(folder: string, path: string): Promise<Buffer> {
  const content = await readFile(join(folder, path))
  const remembered = readManifest(folder)?.files[path]?.sha256
  if (remembered === undefined || sha256Of(content) === remembered) return content
  throw new ModelUnusable(`${path} is damaged: its SHA-256 is not the one remembered in ${manifestFile}`)
}

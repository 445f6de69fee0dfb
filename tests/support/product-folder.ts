/** Folders that a started product writes to. */
import { chownSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { keepSigningKeys } from './signing-keys.ts'
import { imageUser, target } from './target.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** An empty folder that the product may write to. */
export function freshFolder(): string {
  const folder = temporaryFolder('e2e')
  if (target === 'image') chownSync(folder, imageUser, imageUser)
  return folder
}

const waiting = new Set<string>()

/**
 * The same, but the first server that starts on it finds signing keys, as at its second start: to make them is half of what a first
 * start costs. What holds keys by then keeps them.
 */
export function folderWithKeys(): string {
  const folder = freshFolder()
  waiting.add(folder)
  return folder
}

/** What `folderWithKeys` promised, before a server starts on `DATA_DIR`. */
export async function giveKeys({ DATA_DIR = '' }: Record<string, string>): Promise<void> {
  const keys = join(DATA_DIR, 'keys')
  if (!waiting.delete(DATA_DIR) || existsSync(keys)) return
  const made = await keepSigningKeys(keys)
  if (target === 'image') for (const path of made) chownSync(path, imageUser, imageUser)
}

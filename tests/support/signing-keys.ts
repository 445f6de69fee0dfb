import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openKeyFolder } from '../../src/adapters/keys/folder.ts'
import type { StoredKey } from '../../src/oidc/ports.ts'
import { missing } from '../../src/oidc/tokens/ring.ts'

/** More than any test has servers at a time: each of them signs with keys of its own. */
const rings = 3
const made: Promise<readonly StoredKey[]>[] = []
let turn = 0

/**
 * The ring that a first start at this moment makes. A key costs 120 ms of processor time and a ring has two, so a worker makes a few
 * and gives them in turns.
 */
export async function signingKeys(nowMs: number): Promise<readonly StoredKey[]> {
  const at = turn++ % rings
  made[at] ??= missing([], 0)
  return (await made[at]).map((key) => ({ ...key, since: Math.floor(nowMs / 1000) + key.since }))
}

/** Keeps such a ring in an empty folder, as the product keeps its own, and gives the paths of all that was made. */
export async function keepSigningKeys(folder: string): Promise<readonly string[]> {
  await openKeyFolder(folder).save(await signingKeys(Date.now()), [])
  return [folder, ...readdirSync(folder).map((name) => join(folder, name))]
}

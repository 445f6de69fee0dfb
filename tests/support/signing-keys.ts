import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openKeyFolder } from '../../src/adapters/keys/folder.ts'
import { jwksMaxAgeSeconds } from '../../src/oidc/jwks.ts'
import type { StoredKey } from '../../src/oidc/ports.ts'
import { openKey } from '../../src/oidc/tokens/signing-key.ts'
import { rsaPem } from './rsa-keys.ts'

/** More than any test has servers at a time: each of them signs with keys of its own. */
const rings = 3
const made: Promise<readonly StoredKey[]>[] = []
let turn = 0

/**
 * The ring that a first start at this moment makes, of keys that are kept. A worker gives a few rings in turns.
 */
export async function signingKeys(nowMs: number): Promise<readonly StoredKey[]> {
  const at = turn++ % rings
  made[at] ??= ringOf(at)
  return (await made[at]).map((key) => ({ ...key, since: Math.floor(nowMs / 1000) + key.since }))
}

/** As src/oidc/tokens/ring.ts has it of an empty ring: both count as published, since nobody has cached a set without them. */
const ringOf = (number: number): Promise<readonly StoredKey[]> =>
  Promise.all(
    (['next', 'current'] as const).map(async (state) => {
      const privateKeyPem = await rsaPem(`ring-${number}-${state}`)
      return { kid: openKey(privateKeyPem).publicJwk.kid, privateKeyPem, state, since: -jwksMaxAgeSeconds }
    }),
  )

/** Keeps such a ring in an empty folder, as the product keeps its own, and gives the paths of all that was made. */
export async function keepSigningKeys(folder: string): Promise<readonly string[]> {
  await openKeyFolder(folder).save(await signingKeys(Date.now()), [])
  return [folder, ...readdirSync(folder).map((name) => join(folder, name))]
}

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A copy of a model's folder that a test may damage. */
export function copyOfModel(folder: string) {
  const copy = mkdtempSync(join(tmpdir(), 'souvenir-model-'))
  cpSync(folder, copy, { recursive: true })
  return {
    folder: copy,
    write: (path: string, content: string | Uint8Array) => writeFileSync(join(copy, path), content),
    read: (path: string) => readFileSync(join(copy, path)),
    json: (path: string) => JSON.parse(readFileSync(join(copy, path), 'utf8')) as Record<string, unknown>,
    remove: () => rmSync(copy, { recursive: true, force: true }),
  }
}

/** A network that is well formed and no sentence encoder: `y = x` for one number. */
export const identityNetwork = Buffer.from(
  'CAgSADo3ChAKAXgSAXkiCElkZW50aXR5EgFnWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQEQ==',
  'base64',
)

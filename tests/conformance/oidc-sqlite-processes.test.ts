import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteOidcStores } from '../../src/adapters/sqlite/oidc/stores.ts'
import { testClock } from '../support/time.ts'
import { authorization, hash } from './records.ts'

interface Seen {
  readonly codes: { readonly taken: number; readonly spent: number; readonly unknown: number }
  readonly rotations: Readonly<Record<'rotated' | 'graced' | 'reused' | 'unknown', number>>
  readonly claimed: number
}

async function runProcess(path: string, name: string, startAt: number): Promise<Seen> {
  const script = join(import.meta.dir, 'sqlite-process.ts')
  const child = Bun.spawn([process.execPath, script, path, name, String(startAt)], { stdout: 'pipe', stderr: 'pipe' })
  const [out, errors, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (status !== 0) throw new Error(`the process failed: ${errors}`)
  return JSON.parse(out) as Seen
}

test('two processes that start together on one SQLite file make one schema, and share each atomic step', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-processes-'))
  try {
    const path = join(folder, 'auth.db')
    const startAt = Date.now() + 400
    const seen = await Promise.all(['a', 'b'].map((name) => runProcess(path, name, startAt)))
    const sum = (pick: (one: Seen) => number) => seen.reduce((total, one) => total + pick(one), 0)

    expect(sum(({ codes }) => codes.taken)).toBe(100)
    expect(sum(({ codes }) => codes.spent)).toBe(100)
    expect(sum(({ codes }) => codes.unknown)).toBe(0)
    expect(sum(({ rotations }) => rotations.rotated)).toBe(1)
    expect(sum(({ rotations }) => rotations.graced)).toBe(199)
    expect(sum(({ claimed }) => claimed)).toBe(100)

    const stores = openSqliteOidcStores({ path, clock: testClock() })
    expect((await stores.authorizations.find(authorization().id))?.attempts).toBe(200)
    const live = await Promise.all(
      ['a', 'b'].flatMap((name) =>
        Array.from({ length: 100 }, (_, index) => stores.refreshTokens.find(hash(`${name} ${index}`))),
      ),
    )
    expect(live.filter(Boolean)).toHaveLength(200)
    stores.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 30_000)

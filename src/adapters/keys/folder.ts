/**
 * A ring of signing keys in a folder that processes may share. Each version of the ring is one file, `ring-000001.json`, mode
 * 0600; a new version is written aside and linked into place, which fails when another process was first: so of two processes
 * that start together exactly one makes the first key.
 */

import { randomUUID } from 'node:crypto'
import { chmod, link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeyStore, StoredKey } from '../../oidc/ports.ts'
import { sameRing } from '../../oidc/tokens/ring.ts'
import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'

const versionFile = /^ring-(\d{6})\.json$/

interface Version {
  readonly number: number
  readonly keys: readonly StoredKey[]
}

/** Throws `Fault('unavailable')` when the folder cannot be read or written. The folder is made, mode 0700, at the first save. */
export function openKeyFolder(path: string): KeyStore {
  return {
    writable: true,
    load: () => guarded(async () => (await newest(path)).keys),
    save: (keys, expected) =>
      guarded(async () => {
        await mkdir(path, { recursive: true, mode: 0o700 })
        const current = await newest(path)
        if (!sameRing(current.keys, expected)) return false
        const saved = await linkVersion(path, current.number + 1, keys)
        if (saved) await forgetBefore(path, current.number)
        return saved
      }),
  }
}

/** The highest version; version 0 is the empty ring. Read again when another process replaced it meanwhile. */
async function newest(path: string): Promise<Version> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const number = Math.max(0, ...(await versions(path)))
    if (number === 0) return { number, keys: [] }
    try {
      return { number, keys: JSON.parse(await readFile(join(path, fileName(number)), 'utf8')) as StoredKey[] }
    } catch (error) {
      if (!isCode(error, 'ENOENT')) throw error
    }
  }
  throw new Finding('the ring of keys changes faster than it can be read')
}

async function versions(path: string): Promise<number[]> {
  try {
    return (await readdir(path)).flatMap((name) => versionFile.exec(name)?.[1] ?? []).map(Number)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}

async function linkVersion(path: string, number: number, keys: readonly StoredKey[]): Promise<boolean> {
  const aside = join(path, `.${randomUUID()}`)
  const file = await open(aside, 'wx', 0o600)
  try {
    await file.writeFile(JSON.stringify(keys))
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await chmod(aside, 0o600)
    await link(aside, join(path, fileName(number)))
    return await isNewest(path, number)
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await unlink(aside)
  }
}

/**
 * A writer that slept while others went two versions on finds its number free again: its version is behind theirs, was never
 * read, and goes away.
 */
async function isNewest(path: string, number: number): Promise<boolean> {
  if (Math.max(...(await versions(path))) <= number) return true
  await unlink(join(path, fileName(number)))
  return false
}

/** The version before the current one stays for readers that are just opening it. */
async function forgetBefore(path: string, number: number): Promise<void> {
  for (const old of await versions(path)) {
    if (old < number) await unlink(join(path, fileName(old))).catch(() => undefined)
  }
}

const fileName = (number: number) => `ring-${String(number).padStart(6, '0')}.json`

const isCode = (error: unknown, code: string) => error instanceof Error && 'code' in error && error.code === code

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new Fault('unavailable', 'The signing keys cannot be read or written now.', {
      code: 'keys_unavailable',
      cause,
    })
  }
}

/**
 * Large files of packages, read when they are first needed. From source they lie in their package as released; the executable
 * carries them packed (`scripts/build.ts`), which is told by their first bytes.
 */
import { readFile } from 'node:fs/promises'

/** RFC 8878 section 3.1.1. */
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

/**
 * The file as released. `imported` imports it with `{ type: 'file' }`: Bun puts a file that is imported so into the executable; Deno
 * knows no such import but finds the package's own by `specifier`.
 */
export async function readCarried(
  specifier: string,
  imported: () => Promise<{ readonly default: string }>,
): Promise<Buffer<ArrayBufferLike>> {
  const path = 'Deno' in globalThis ? new URL(import.meta.resolve(specifier)) : (await imported()).default
  const content = await readFile(path)
  if (!content.subarray(0, zstdMagic.length).equals(zstdMagic)) return content
  const { zstdDecompressSync } = await import('node:zlib')
  return zstdDecompressSync(content)
}

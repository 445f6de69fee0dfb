/** What the executable carries packed: files of packages that are large, compress well and are read only when needed first. */
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import type { BunPlugin } from 'bun'

/** Each is imported as a file and read by src/shared/carried-file.ts, which unpacks it. */
const large = /\/(ort-wasm-simd-threaded\.wasm|stopwords-iso\.json|swagger-ui-bundle\.js|swagger-ui\.css)$/

/** A second for 14 MB that become 2.8; the highest level takes ten and saves another 0.3. */
const level = 12

export const packLargeFiles: BunPlugin = {
  name: 'pack large files',
  setup(build) {
    build.onLoad({ filter: large }, async ({ path }) => ({
      contents: await promisify(zstdCompress)(await readFile(path), {
        params: { [constants.ZSTD_c_compressionLevel]: level },
      }),
      loader: 'file',
    }))
  },
}

/**
 * What the executable carries packed, files of packages that are large, compress well and are read only when needed first; and what it
 * leaves out of them.
 */
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

/** The themes of the viewer that @elysiajs/swagger would use if we did not choose the other: with their bytecode 0.35 MB. */
const ofAnotherViewer = /\/@scalar\/themes\/.*\/index\.js$/

export const leaveOutTheOtherViewer: BunPlugin = {
  name: 'leave out the other viewer',
  setup(build) {
    build.onLoad({ filter: ofAnotherViewer }, () => ({ contents: "export const elysiajsTheme = ''", loader: 'js' }))
  },
}

/**
 * The product's sources in one folder of a few files: a start from it takes half the processor time of one from 500 sources, and the
 * suite starts the product a hundred times. Where a person waits for the tests, they use it; CI runs the sources as they are.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './source-files.ts'

/** Beside the packages: those that carry files are found there. */
const bundles = join(projectRoot, 'node_modules/.cache/souvenir-tests')

const dayMs = 86_400_000

/** What `bun` is given in place of src/main.ts, made where there is none of the sources as they are now. */
export async function bundledMain(): Promise<string> {
  const folder = join(bundles, sourcesAsTheyAre())
  if (!existsSync(folder)) {
    removeOld()
    const incoming = `${folder}-${process.pid}`
    await Bun.build({
      entrypoints: ['src/main.ts', 'src/adapters/models/local/worker.ts'].map((path) => join(projectRoot, path)),
      root: join(projectRoot, 'src'),
      outdir: incoming,
      target: 'bun',
      // The model's thread is found by its place below src, and name.
      naming: { entry: '[dir]/[name].ts' },
      splitting: true,
      sourcemap: 'linked',
      external: ['swagger-ui-dist/*', 'onnxruntime-web/*', 'stopwords-iso/*'],
    })
    try {
      renameSync(incoming, folder)
    } catch (error) {
      // Another worker was faster; what it made is the same.
      rmSync(incoming, { recursive: true })
      if (!existsSync(folder)) throw error
    }
  }
  return join(folder, 'main.ts')
}

/** Changes with any source, any package and how they are bundled. */
function sourcesAsTheyAre(): string {
  const paths = [
    ...new Bun.Glob('src/**/*').scanSync({ cwd: projectRoot }),
    'package.json',
    'bun.lock',
    'tests/support/bundle.ts',
  ].sort()
  const stamps = paths.map((path) => {
    const { mtimeMs, size } = statSync(join(projectRoot, path))
    return `${path} ${mtimeMs} ${size}`
  })
  return Bun.hash(stamps.join('\n')).toString(36)
}

function removeOld(): void {
  mkdirSync(bundles, { recursive: true })
  for (const name of readdirSync(bundles)) {
    const path = join(bundles, name)
    if (Date.now() - statSync(path).mtimeMs > dayMs) rmSync(path, { recursive: true, force: true })
  }
}

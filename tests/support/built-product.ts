/**
 * The product as an executable whose code was parsed beforehand: a start from it takes a quarter of the processor time of one from 500
 * sources, and the suite starts the product more than a hundred times. Where a person waits for the tests, they use it; CI runs the
 * sources as they are.
 */
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { kept, keptFolder } from './kept.ts'
import { projectRoot } from './source-files.ts'

/** By its name the product knows that it is run from its sources (src/config/own-command.ts). */
const name = 'bun'
const prefix = 'built-'

/** Each is 140 MB, so those of sources that are no more go soon, but not while another run may still start them. */
const keptMs = 15 * 60_000

let built: Promise<string> | undefined

/** What is started in place of `bun src/main.ts`, built where there is none of the sources as they are now. */
export function builtProduct(): Promise<string> {
  built ??= findOrBuild()
  return built
}

async function findOrBuild(): Promise<string> {
  const folder = await kept(`${prefix}${sourcesAsTheyAre()}`, async (incoming) => {
    removeOld()
    await Bun.build({
      entrypoints: ['src/main.ts', 'src/adapters/models/local/worker.ts'].map((path) => join(projectRoot, path)),
      root: join(projectRoot, 'src'),
      compile: { outfile: join(incoming, name), autoloadBunfig: false, autoloadDotenv: false },
      splitting: true,
      bytecode: true,
      format: 'esm',
    })
  })
  utimesSync(folder, new Date(), new Date())
  return join(folder, name)
}

/** Changes with any source, any package and how they are built. */
function sourcesAsTheyAre(): string {
  const paths = [
    ...new Bun.Glob('src/**/*').scanSync({ cwd: projectRoot }),
    'package.json',
    'bun.lock',
    'tests/support/built-product.ts',
  ].sort()
  const stamps = paths.map((path) => {
    const { mtimeMs, size } = statSync(join(projectRoot, path))
    return `${path} ${mtimeMs} ${size}`
  })
  return Bun.hash([Bun.version, ...stamps].join('\n')).toString(36)
}

function removeOld(): void {
  for (const one of readdirSync(keptFolder)) {
    const path = join(keptFolder, one)
    if (one.startsWith(prefix) && Date.now() - statSync(path).mtimeMs > keptMs)
      rmSync(path, { recursive: true, force: true })
  }
}

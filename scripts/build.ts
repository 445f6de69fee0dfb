/**
 * Builds `dist/souvenir`: one executable that needs no file beside it.
 *
 *   bun scripts/build.ts [OUTFILE] [--no-source-map] [--target bun-linux-arm64 [--runtime FILE]]
 *
 * The same as `bun build --compile --minify --sourcemap --bytecode --format=esm`, with large files packed. `--runtime` is Bun for
 * the target, where it cannot be fetched. The commit is stamped in where the source lies in a git work tree, or taken from
 * SOUVENIR_COMMIT (an image build has no .git).
 */
import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { $ } from 'bun'
import { version } from '../src/shared/version.ts'
import { leaveOutTheOtherViewer, packLargeFiles } from './pack.ts'

const { values, positionals } = parseArgs({
  options: {
    'no-source-map': { type: 'boolean', default: false },
    target: { type: 'string' },
    runtime: { type: 'string' },
  },
  allowPositionals: true,
})
const [outfile = 'dist/souvenir'] = positionals
const commit = process.env.SOUVENIR_COMMIT?.trim() || (await currentCommit())

/** The model's thread is an entry of its own: `new Worker` finds it in the executable by its place below src. */
const entrypoints = ['src/main.ts', 'src/adapters/models/local/worker.ts']

const { outputs } = await Bun.build({
  entrypoints,
  compile: {
    outfile,
    // What a folder holds in which the executable happens to be started is nothing to it: neither settings of Bun nor another's .env.
    autoloadBunfig: false,
    autoloadDotenv: false,
    ...(values.target === undefined ? {} : { target: values.target as Bun.Build.CompileTarget }),
    ...(values.runtime === undefined ? {} : { executablePath: values.runtime }),
  },
  minify: true,
  // A part that is loaded when needed first stays on the disk until then: 7 MB less of memory after a start.
  splitting: true,
  // With a map a stack in the log names sources and lines.
  sourcemap: values['no-source-map'] ? 'none' : 'linked',
  // Parsed beforehand: a start takes half the time.
  bytecode: true,
  format: 'esm',
  define: commit === undefined ? {} : { SOUVENIR_COMMIT: JSON.stringify(commit) },
  plugins: [packLargeFiles, leaveOutTheOtherViewer],
})
// The maps are in the executable.
await Promise.all(outputs.filter(({ kind }) => kind === 'sourcemap').map(({ path }) => rm(path)))
console.log(`${outfile}: souvenir ${version}${commit === undefined ? '' : ` (${commit})`}, ${megabytes(outfile)} MB`)

/** The short hash, with a plus when the work tree differs from it. */
async function currentCommit(): Promise<string | undefined> {
  const head = await $`git rev-parse --short=12 HEAD`.quiet().nothrow()
  if (head.exitCode !== 0) return undefined
  const changed = await $`git status --porcelain --untracked-files=no`.quiet().nothrow()
  return `${head.stdout.toString().trim()}${changed.stdout.length > 0 ? '+' : ''}`
}

function megabytes(path: string): string {
  return (Bun.file(path).size / 1_000_000).toFixed(1)
}

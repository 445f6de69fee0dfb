/**
 * Builds `dist/souvenir`: one executable that needs no file beside it.
 * The commit is stamped in where the source lies in a git work tree, or taken from SOUVENIR_COMMIT (an image build has no .git).
 */
import { $ } from 'bun'
import { version } from '../src/shared/version.ts'

const outfile = process.argv[2] ?? 'dist/souvenir'
const commit = process.env.SOUVENIR_COMMIT?.trim() || (await currentCommit())
const define = commit === undefined ? [] : ['--define', `SOUVENIR_COMMIT="${commit}"`]

/** The model's thread is an entry of its own: `new Worker` finds it in the executable by its place below src. */
const thread = 'src/adapters/models/local/worker.ts'

await $`bun build --compile --minify --sourcemap --bytecode --format=esm ${define} --outfile ${outfile} src/main.ts ${thread}`
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

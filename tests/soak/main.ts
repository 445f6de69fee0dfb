/** `bun run soak [name ...]`: the long runs, all or those named, one after another. Exit status 1 when one of them failed. */
import { projectRoot } from '../support/source-files.ts'
import { type Soak, soaks } from './soaks.ts'

const names = process.argv.slice(2)
const unknown = names.filter((name) => !soaks.some((soak) => soak.name === name))
if (unknown.length > 0) {
  console.error(`There is no soak ${unknown.join(', ')}. There are:`)
  for (const { name, summary } of soaks) console.error(`  ${name.padEnd(20)} ${summary}`)
  process.exit(2)
}

const failed: string[] = []
for (const soak of soaks) {
  if (names.length > 0 && !names.includes(soak.name)) continue
  console.log(`::: ${soak.name}: ${soak.summary}`)
  const startedAt = Date.now()
  const status = await run(soak)
  if (status !== 0) failed.push(soak.name)
  const seconds = Math.round((Date.now() - startedAt) / 1000)
  console.log(`::: ${soak.name}: ${status === 0 ? 'passed' : 'FAILED'} after ${seconds} s`)
}
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)

function run({ command, variables }: Soak): Promise<number> {
  const child = Bun.spawn([...command], {
    cwd: projectRoot,
    env: { ...process.env, ...variables },
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
  })
  return child.exited
}

/** The memory of a model, in a process that does nothing else, on each runtime. */
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { engineUrl } from '../support/engines.ts'
import { projectRoot } from '../support/source-files.ts'

const folder = engineUrl('EMBEDDER_MODEL_DIR')
const program = join(import.meta.dir, 'local-embedder/memory.ts')
const deno = () => [...new Bun.Glob('node_modules/@deno/*/deno').scanSync({ cwd: projectRoot, absolute: true })]

describe.skipIf(folder === undefined)('A model that is unloaded', () => {
  test.each([
    ['Bun', () => [process.execPath]],
    ['Deno', () => [...deno(), 'run', '-A']],
  ] as const)(
    'gives more than half of its memory back on %s',
    async (_runtime, command) => {
      const child = Bun.spawn([...command(), program, folder ?? ''], { cwd: projectRoot, stderr: 'inherit' })
      const { before, loaded, after } = JSON.parse(await new Response(child.stdout).text())
      // The weights alone have 23 MB.
      expect(loaded - before).toBeGreaterThan(50_000_000)
      expect(after - before).toBeLessThan((loaded - before) * 0.55)
    },
    60_000,
  )
})

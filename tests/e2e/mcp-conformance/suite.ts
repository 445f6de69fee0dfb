/** Runs @modelcontextprotocol/conformance and reads what it found. MCP_TOOLS_DIR (tests/services/up mcp-tools) is where it lies. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder } from '../../support/server.ts'

const tools = process.env.MCP_TOOLS_DIR
if (tools === undefined) throw new Error('MCP_TOOLS_DIR is not set: eval "$(tests/services/up mcp-tools)"')
const program = join(tools, '@modelcontextprotocol/conformance/dist/index.js')

export interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

/** What each scenario's checks said, by scenario. */
export type Results = ReadonlyMap<string, readonly Check[]>

/** One run of the suite; `onOutput` sees what it prints while it runs. Its own exit status is not used: the checks are. */
export async function runSuite(words: readonly string[], onOutput?: (text: string) => void): Promise<Results> {
  const folder = freshFolder()
  const child = Bun.spawn([process.execPath, program, ...words, '--output-dir', folder], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    cwd: folder,
  })
  let printed = ''
  const reading = Promise.all(
    [child.stdout, child.stderr].map(async (stream) => {
      const decoder = new TextDecoder()
      for await (const chunk of stream) {
        printed += decoder.decode(chunk, { stream: true })
        onOutput?.(printed)
      }
    }),
  )
  await child.exited
  await reading
  const results = new Map<string, readonly Check[]>()
  for (const entry of readdirSync(folder).toSorted()) {
    const scenario = /^(?:authorization-server-|server-)(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(entry)?.[1]
    if (scenario === undefined) continue
    results.set(scenario, JSON.parse(readFileSync(join(folder, entry, 'checks.json'), 'utf8')) as readonly Check[])
  }
  if (results.size === 0) throw new Error(`the suite gave no results: ${printed.slice(-2_000)}`)
  return results
}

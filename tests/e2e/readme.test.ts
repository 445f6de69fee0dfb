/** What the README tells a newcomer to type, typed as it stands, on another port. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createBrowser, signInAndAllow } from '../support/browser.ts'
import { shellBlock } from '../support/documents.ts'
import { freePort, freshFolder, type Server, startServer, target } from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

let server: Server
let variables: Record<string, string>
const programs = ['bash', 'curl', 'jq', 'openssl']
/** Where CI calls for everything, a program that is missing fails the test. */
const canType = process.env.REQUIRE_SERVICES === '1' || programs.every((program) => Bun.which(program) !== null)

beforeAll(async () => {
  const port = await freePort()
  variables = { DATA_DIR: freshFolder(), PORT: String(port) }
  server = await startServer(variables, port)
}, 30_000)
afterAll(() => server.stop())

/** Bun is here already, so `npx` need not fetch it. */
async function type(script: string): Promise<string> {
  const child = Bun.spawn(['bash', '-euo', 'pipefail', '-c', script.replaceAll('npx bun', `"${process.execPath}"`)], {
    cwd: projectRoot,
    env: { PATH: process.env.PATH ?? '', ...variables },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [printed, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${script}: ${complaint}`)
  return printed.trim()
}

// The commands are typed as for a start from source.
if (canType && target === 'bun') {
  test('codes and people, beside the running server', async () => {
    const printed = await type(shellBlock('README.md', 'users add grace'))
    expect(printed.match(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/gm)).toHaveLength(2)
    expect(printed).toContain('grace')
  }, 30_000)

  test('a script with curl registers, is allowed, remembers and recalls', async () => {
    const register = shellBlock('README.md', 'BASE=').replace('http://localhost:8765', server.url)
    const [address = '', ...kept] = (await type(`${register}\nprintf '%s\\n' "$ID" "$V"`)).split('\n')
    const browser = createBrowser(server.url, (request) => fetch(request))
    const back = await signInAndAllow(browser, address, () => type(`npx bun src/main.ts code`))
    const code = back.searchParams.get('code')
    const before = `BASE=${server.url} BACK=http://localhost:9999/ ID=${kept[0]} V=${kept[1]}`
    const printed = await type(`${before}\n${shellBlock('README.md', 'CODE=').replace('CODE=...', `CODE=${code}`)}`)
    expect(printed).toContain('"content":"Our dog is called Rex, a golden retriever."')
    expect(JSON.parse(printed.slice(printed.lastIndexOf('{"results"'))).results).toHaveLength(1)
  }, 30_000)
}

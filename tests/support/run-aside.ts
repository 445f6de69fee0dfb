/** A command as a person runs it, with no variables but those given: what it prints, what it says beside, and its exit status. */
import { command } from './server.ts'
import { projectRoot } from './source-files.ts'

export async function runAside(words: readonly string[], variables: Record<string, string>) {
  const env = { PATH: process.env.PATH ?? '', ...variables }
  const child = Bun.spawn([...(await command()), ...words], { cwd: projectRoot, env, stdout: 'pipe', stderr: 'pipe' })
  const [printed, told] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { printed, told, status: await child.exited }
}

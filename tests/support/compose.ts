/** What Docker Compose reads in compose.yml, in a folder set up as DEPLOYMENT.md says. DOCKER_COMPOSE names the program. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellBlock } from './documents.ts'
import { projectRoot } from './source-files.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface ComposeService {
  readonly container_name?: string
  readonly image?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string | null>>
  readonly profiles?: readonly string[]
  readonly ports?: readonly { readonly host_ip?: string; readonly published: string; readonly target: number }[]
  readonly networks?: Readonly<Record<string, unknown>>
  readonly secrets?: readonly { readonly source: string }[]
  readonly volumes?: readonly { readonly type: string; readonly target: string }[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly read_only?: boolean
  readonly user?: string
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
  readonly logging?: { readonly options: Readonly<Record<string, string>> }
  readonly depends_on?: Readonly<Record<string, unknown>>
  readonly labels?: Readonly<Record<string, string>>
}

export interface ComposeProject {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly secrets: Readonly<Record<string, { readonly file?: string; readonly environment?: string }>>
}

/** A folder in which DEPLOYMENT.md's first steps were taken. */
export async function composeFolder(): Promise<string> {
  const folder = temporaryFolder('compose')
  for (const name of ['compose.yml', '.env.template']) copyFileSync(join(projectRoot, name), join(folder, name))
  await shell(folder, shellBlock('DEPLOYMENT.md', 'mkdir -m 700 secrets'))
  return folder
}

export async function shell(folder: string, script: string): Promise<string> {
  const child = Bun.spawn(['bash', '-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [printed, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${script}: ${complaint}`)
  return printed
}

/** `docker compose OPTIONS config SERVICES`: what those words would start, dependencies with it. */
export async function composeConfig(
  program: string,
  folder: string,
  options: readonly string[] = [],
  services: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<ComposeProject> {
  const child = Bun.spawn([program, ...options, 'config', '--format', 'json', ...services], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...environment },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [printed, complaint] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(complaint)
  return JSON.parse(printed) as ComposeProject
}

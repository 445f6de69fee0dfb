/** mem0 (PyPI `mem0ai`) beside the product on the same texts; left out, and said so, where it does not install. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../../support/source-files.ts'
import { serveMadeUpModel } from './made-up-model.ts'
import { questionsOf, textsOf, type Workload } from './workloads.ts'

export interface Mem0Figures {
  readonly addsPerSecond: number
  readonly firstSearch: number
  readonly p50: number
  readonly p99: number
  /** For each memory. */
  readonly bytes: number
  readonly residentMb: number
}

const version = '2.2.1'
const questions = 100

/** @returns the figures, or why there are none */
export async function measureMem0(workload: Workload, memories: number): Promise<Mem0Figures | string> {
  const folder = mkdtempSync(join(tmpdir(), 'souvenir-scale-mem0-'))
  const model = serveMadeUpModel()
  try {
    const python = join(folder, 'venv/bin/python')
    const installed =
      (await run(['python3', '-m', 'venv', join(folder, 'venv')])).ok &&
      (await run([python, '-m', 'pip', 'install', '--quiet', `mem0ai==${version}`])).ok
    if (!installed) return `mem0ai ${version} does not install here`
    const textAt = textsOf(workload)
    const next = questionsOf(workload)
    const given = {
      model: model.url,
      texts: Array.from({ length: memories }, (_, place) => textAt(place)),
      questions: Array.from({ length: questions }, next),
    }
    const { ok, output } = await run([python, 'tests/bench/scale/run_mem0.py'], {
      input: JSON.stringify(given),
      folder,
    })
    const line = output.trim().split('\n').at(-1) ?? ''
    return ok ? (JSON.parse(line) as Mem0Figures) : `mem0ai ${version} failed: ${line}`
  } finally {
    model.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(command: readonly string[], given?: { readonly input: string; readonly folder: string }) {
  const child = Bun.spawn([...command], {
    cwd: projectRoot,
    ...(given === undefined ? {} : { env: { ...process.env, TMPDIR: given.folder } }),
    stdin: given === undefined ? 'ignore' : new Blob([given.input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [output, errors, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { ok: status === 0, output: status === 0 ? output : errors }
}

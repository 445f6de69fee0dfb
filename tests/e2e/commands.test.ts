/** Commands that print or order something: what comes out of the program itself, for each target. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from '../support/script.ts'
import {
  freePort,
  freshFolder,
  type Product,
  runCommand,
  startElsewhere,
  startProduct,
  target,
} from '../support/server.ts'
import { projectRoot } from '../support/source-files.ts'

const metricsIn = (expr: string): readonly string[] => expr.match(/\b(souvenir|process)_[a-z_]+/g) ?? []

describe(`commands on ${target}`, () => {
  let product: Product
  let metricsPort: number
  beforeAll(async () => {
    metricsPort = await freePort()
    product = await startProduct('one process', { METRICS_PORT: String(metricsPort) })
  }, 30_000)
  afterAll(async () => {
    await product.stop()
  })

  test('version: the number of package.json, and where it was built the commit', async () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }
    const printed = await runCommand({}, 'version')
    if (target === 'binary') expect(printed).toMatch(/^\S+ \([0-9a-f]{12}\+?\)$/)
    expect(printed.split(' ')[0]).toBe(version)
  })

  // The runtimes take settings of the folder that they are started in, which is / for a service of systemd without WorkingDirectory.
  const runtime = target === 'bun' || target === 'deno' ? target : undefined
  if (runtime !== undefined) {
    test('from source it starts in any folder, and shows its pages', async () => {
      const port = await freePort()
      const server = await startElsewhere(runtime, { DATA_DIR: freshFolder(), PORT: String(port) }, port)
      try {
        expect(await (await fetch(server.url, { headers: { accept: 'text/html' } })).text()).toContain('<h1')
      } finally {
        await server.stop()
      }
    })
  }

  if (target === 'binary') {
    test('what a folder holds in which the executable is started is nothing to it: .env is another program’s', async () => {
      const folder = freshFolder()
      writeFileSync(join(folder, '.env'), 'PORT=70000\n')
      const child = Bun.spawn([join(projectRoot, 'dist/souvenir'), 'code'], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', HOME: folder, DATA_DIR: folder },
        stdout: 'ignore',
        stderr: 'pipe',
      })
      expect([await child.exited, await new Response(child.stderr).text()]).toEqual([
        0,
        expect.not.stringContaining('PORT'),
      ])
    })
  }

  test('env --template: .env.template', async () => {
    expect(await runCommand({}, 'env', '--template')).toBe(
      readFileSync(join(projectRoot, '.env.template'), 'utf8').trim(),
    )
  })

  test('dashboard: a dashboard of Grafana and rules of Prometheus, of metrics that the server beside has', async () => {
    const printed = JSON.parse(await runCommand({}, 'dashboard')) as {
      panels: { title: string; targets: { expr: string }[] }[]
    }
    const rules = Bun.YAML.parse(await runCommand({}, 'dashboard', '--alerts')) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
    }
    const alerts = rules.groups.flatMap((group) => group.rules)
    expect(printed.panels.length).toBeGreaterThan(5)
    expect(alerts.length).toBeGreaterThan(5)
    for (const { alert, annotations } of alerts) expect([alert, annotations.summary.length > 10]).toEqual([alert, true])
    // Each is declared, though nothing may have been counted yet.
    const page = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
    const asked = [...printed.panels.flatMap(({ targets }) => targets), ...alerts].flatMap(({ expr }) =>
      metricsIn(expr),
    )
    const family = (name: string) => name.replace(/_(bucket|count|sum)$/, '')
    const unknown = asked.filter(
      (name) => !page.includes(`# TYPE ${name} `) && !page.includes(`# TYPE ${family(name)} `),
    )
    expect(asked.length).toBeGreaterThan(10)
    expect(unknown).toEqual([])
  })

  test('rebuild: begun beside the server for all or for one person, whom it does not know is refused', async () => {
    const { accessToken } = await signIn(product)
    const ask = (path: string, body: object) =>
      fetch(`${product.apiUrl}/api/v1/memories/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    await ask('', { text: 'The heron nests above the weir.' })
    for (const what of ['index', 'graph']) {
      expect(await runCommand(product.variables, 'rebuild', what)).toMatch(new RegExp(`^${what}: begun for [01] pe`))
    }
    await expect(runCommand(product.variables, 'rebuild', 'index', '--user', 'nobody')).rejects.toThrow('nobody')
    await expect(runCommand(product.variables, 'rebuild', 'embeddings')).rejects.toThrow(/exit 1: .+ models pull/)
    const { results } = (await (await ask('search', { query: 'heron' })).json()) as { results: { content: string }[] }
    expect(results.map(({ content }) => content)).toEqual(['The heron nests above the weir.'])
  }, 30_000)
})

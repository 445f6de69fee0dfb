import { expect, test } from 'bun:test'
import { posix } from 'node:path'
import { importsOf, sourceFiles } from '../support/source-files.ts'

const files = new Map(sourceFiles('src').map((file) => [file.path, file]))

/** What is loaded with a file: those of ours, and the packages and built-in modules that they name. */
function loadedWith(entry: string): { ours: ReadonlySet<string>; others: ReadonlySet<string> } {
  const [ours, others] = [new Set([entry]), new Set<string>()]
  for (const path of ours) {
    const file = files.get(path)
    for (const { from, typeOnly, later } of file === undefined ? [] : importsOf(file)) {
      if (typeOnly || later) continue
      if (from.startsWith('.')) ours.add(posix.join(posix.dirname(path), from))
      else others.add(from)
    }
  }
  return { ours, others }
}

test('a server loads neither drivers nor pages nor SDKs before something asks for them', () => {
  const { ours, others } = loadedWith('src/cli/serve.ts')
  expect(ours).toContain('src/memory/operations.ts')
  const heavy =
    /^(?:postgres|ioredis|neo4j-driver-lite|prom-client|rate-limiter-flexible|chrono-node|stopwords-iso.*|fflate|onnxruntime-web|swagger-ui-dist|@elysiajs\/swagger|@modelcontextprotocol\/.*|@huggingface\/.*|htmx\.org.*|oauth4webapi|node:https?|node:zlib|node:readline|node:tty)$/
  expect([...others].filter((name) => heavy.test(name))).toEqual([])
  expect([...ours].filter((path) => /^src\/(?:cli\/(?:doctor|transfer|dashboard)|ui\/pages\/)/.test(path))).toEqual([])
})

test('the command line and a health check load no server', () => {
  for (const entry of ['src/main.ts', 'src/cli/healthcheck.ts']) {
    const { ours } = loadedWith(entry)
    expect([...ours].filter((path) => /^src\/(?:memory|oidc|api|mcp|ui|adapters)\//.test(path))).toEqual([])
  }
})

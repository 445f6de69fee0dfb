import { afterEach, describe, expect, test } from 'bun:test'
import { createProcessHandover } from '../../src/adapters/handover/process.ts'
import { createLog } from '../../src/shared/log.ts'
import { engineAway, legacyRequest, modernRequest, startMcp } from '../support/mcp.ts'

let running: ReturnType<typeof startMcp> | undefined
afterEach(() => running?.close())

function start(options: Parameters<typeof startMcp>[0] = {}) {
  const lines: string[] = []
  running = startMcp({ ...options, log: createLog('info', { write: (line) => lines.push(line) }) })
  return { mcp: running, lines }
}

/** As `api/problem` has it for REST: the kind, the message that is ours, and of the cause its code. */
const told = {
  level: 'warn',
  msg: 'unavailable',
  requestId: 'none',
  err: {
    type: 'Fault',
    code: 'unavailable',
    message: 'The notes do not answer.',
    cause: { type: 'Error', code: 'ECONNREFUSED' },
  },
}

function expectTold(lines: readonly string[], what: Record<string, string>) {
  expect(lines).toHaveLength(1)
  const [line = ''] = lines
  expect(JSON.parse(line)).toMatchObject({ ...told, ...what })
  expect(line).not.toContain('SECRET-MARKER')
  expect(line).not.toContain('adrift')
}

const calls = [
  ['tools/call', { name: 'add_note', arguments: { text: 'adrift' } }, { tool: 'add_note' }],
  ['resources/read', { uri: 'memory://memory/adrift' }, { rpcMethod: 'resources/read' }],
] as const

describe('an engine that is away: the log tells why, with the tool or the method and without what was given to it', () => {
  for (const [method, params, what] of calls) {
    for (const [era, request] of [
      ['2025-11-25', legacyRequest],
      ['2026-07-28', modernRequest],
    ] as const) {
      test(`${era}, ${method}`, async () => {
        const { mcp, lines } = start()
        const answer = await (await mcp.fetch(request(method, params))).text()
        expect(answer).toContain('The notes do not answer.')
        expect(answer).not.toContain('ECONNREFUSED')
        expectTold(lines, what)
      })
    }

    test(`2024-11-05, HTTP with SSE, ${method}`, async () => {
      const { mcp, lines } = start()
      const headers = { authorization: 'Bearer ada', 'content-type': 'application/json' }
      const stream = await mcp.fetch('http://localhost/mcp/sse', { headers })
      const events = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      const readUntil = async (awaited: string) => {
        while (!text.includes(awaited)) text += (await events?.read())?.value ?? expect.unreachable()
      }
      await readUntil('sessionId=')
      const endpoint = /data: (\S+)/.exec(text)?.[1]
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      await mcp.fetch(`http://localhost${endpoint}`, { method: 'POST', headers, body })
      await readUntil('The notes do not answer.')
      expectTold(lines, what)
    })
  }

  test('met before a message is looked at: the hand-over of streams', async () => {
    const handover = { ...createProcessHandover(), post: () => Promise.reject(engineAway()) }
    const { mcp, lines } = start({ handover })
    const answer = await mcp.fetch('http://localhost/mcp/sse?sessionId=0123456789abcdef', {
      method: 'POST',
      headers: { authorization: 'Bearer ada', 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
    })
    expect(answer.status).toBe(503)
    expectTold(lines, {})
  })

  test('a stream that its hand-over cannot open is told once, and nothing is left of it', async () => {
    const handover = { ...createProcessHandover(), open: () => Promise.reject(engineAway()) }
    const { mcp, lines } = start({ handover })
    const answer = await mcp.fetch('http://localhost/mcp/sse', { headers: { authorization: 'Bearer ada' } })
    expect([answer.status, mcp.openStreams()]).toEqual([503, 0])
    await new Promise((resolve) => setTimeout(resolve))
    expectTold(lines, {})
  })

  test("what the caller did wrong is the caller's alone", async () => {
    const { mcp, lines } = start()
    await mcp.fetch(modernRequest('tools/call', { name: 'add_note', arguments: { text: 'full' } }))
    await mcp.fetch(modernRequest('resources/read', { uri: 'memory://memory/0' }))
    expect(lines).toEqual([])
  })
})

test('an operation that returns what its schema does not allow: the log says which, and nothing of what it returned', async () => {
  const { mcp, lines } = start()
  await mcp.fetch(modernRequest('tools/call', { name: 'add_note', arguments: { text: 'misshapen' } }))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'error', tool: 'add_note', err: { message: 'add_note returned what its schema does not allow' } },
  ])
})

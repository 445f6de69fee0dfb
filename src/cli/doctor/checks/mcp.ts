import { type Check, fail, type Observation, type Patient, pass, shown } from '../check.ts'
import { noToken } from './token.ts'

const modern = '2026-07-28'
const client = { name: 'souvenir-doctor', version: '1' }

interface Era {
  readonly version: string
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Streamable HTTP of each era; HTTP+SSE (2024-11-05) is the stream's own check. */
const eras: readonly Era[] = [
  ...['2025-03-26', '2025-06-18', '2025-11-25'].map((version) => ({
    version,
    method: 'initialize',
    params: { protocolVersion: version, capabilities: {}, clientInfo: client },
  })),
  {
    version: modern,
    method: 'tools/list',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': modern,
        'io.modelcontextprotocol/clientInfo': client,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  },
]

export const mcp: Check = {
  name: 'MCP',
  run: async (patient) =>
    patient.token === undefined ? noToken(patient) : Promise.all(eras.map((era) => speak(patient, era))),
}

async function speak({ api, token, ask }: Patient, { version, method, params }: Era): Promise<Observation> {
  const answer = await ask(`${api}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(method === 'initialize' ? {} : { 'mcp-protocol-version': version, 'mcp-method': method }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  // An answer may come as the one event of a stream.
  const text = answer.text.replace(/^(?:event: message\n)?data: /, '')
  if (answer.status === 200 && text.includes('"result"')) return pass(`${version} answers ${method}`)
  return fail(
    `${version}, ${method}: ${shown(answer)}`,
    'Send POST /mcp to openmemory-mcp with its header fields (Mcp-*, Accept) as they are.',
  )
}

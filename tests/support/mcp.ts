/** The MCP surface over a notebook of three operations, with tokens that are names: for tests of the protocol, not of memory. */
import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { createProcessHandover } from '../../src/adapters/handover/process.ts'
import type { McpDependencies, StreamLimits } from '../../src/mcp/dependencies.ts'
import type { StreamHandover } from '../../src/mcp/ports.ts'
import { mcpSurface } from '../../src/mcp/routes.ts'
import type { AnyOperation } from '../../src/memory/operation.ts'
import type { Principal, Revocation, RevocationFeed, TokenVerifier } from '../../src/resource/ports.ts'
import type { ClientId, FamilyId, GrantId, OwnerId } from '../../src/shared/brand.ts'
import type { Clock } from '../../src/shared/clock.ts'
import { Fault } from '../../src/shared/fault.ts'
import { InvalidToken } from '../../src/shared/invalid-token.ts'
import { createLog, type Log } from '../../src/shared/log.ts'
import { createRandom } from '../../src/shared/random.ts'
import { testClock } from './time.ts'

interface Notebook {
  /** What reading the note `slow` waits for. */
  gate?: Promise<void>
  readonly notes: { owner: string; app: string; text: string }[]
}

/** What an adapter throws whose engine is away; the cause has a code, and a message that quotes a person. */
export const engineAway = () =>
  new Fault('unavailable', 'The notes do not answer.', {
    cause: Object.assign(new Error('SECRET-MARKER in the connection'), { code: 'ECONNREFUSED' }),
  })

const addNote = {
  name: 'add_note',
  title: 'Add a note',
  description: 'Keeps a note.',
  effect: 'write',
  idempotent: false,
  scope: 'memories:write',
  tool: true,
  rest: [],
  input: t.Object(
    { text: t.String({ minLength: 1, maxLength: 100 }), tags: t.Optional(t.Array(t.String(), { default: [] })) },
    { additionalProperties: false },
  ),
  output: t.Object({ id: t.String(), tags: t.Array(t.String()) }),
  async run({ notes }: Notebook, caller: { ownerId: string; appId: string }, input: { text: string; tags?: string[] }) {
    if (input.text === 'full') throw new Fault('conflict', 'The notebook is full.', { code: 'notebook_full' })
    if (input.text === 'adrift') throw engineAway()
    if (input.text === 'crash') throw new Error('SECRET-MARKER at /srv/notes.db')
    if (input.text === 'misshapen') return { id: 1 }
    notes.push({ owner: caller.ownerId, app: caller.appId, text: input.text })
    return { id: String(notes.length), tags: input.tags ?? [] }
  },
}

const searchNotes = {
  name: 'search_notes',
  title: 'Search notes',
  description: 'Finds notes.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  rest: [],
  input: t.Object({
    query: t.String({ description: 'What to look for.' }),
    limit: t.Integer({ default: 10, maximum: 50 }),
  }),
  output: t.Object({ results: t.Array(t.Object({ text: t.String() })) }),
  async run({ notes }: Notebook, caller: { ownerId: string }, input: { query: string; limit: number }) {
    const found = notes.filter(({ owner, text }) => owner === caller.ownerId && text.includes(input.query))
    return { results: found.slice(0, input.limit).map(({ text }) => ({ text })) }
  },
}

const wipeNotes = {
  name: 'wipe_notes',
  title: 'Delete all notes',
  description: 'Deletes every note.',
  effect: 'destroy',
  idempotent: true,
  scope: 'memories:write',
  tool: true,
  rest: [],
  input: t.Object({}),
  output: t.Object({ deleted: t.Integer() }),
  async run({ notes }: Notebook) {
    return { deleted: notes.splice(0).length }
  },
}

/** What the resources read through, under the names the domain has for it. */
const listMemories = {
  ...searchNotes,
  name: 'list_memories',
  tool: false,
  input: t.Object({ categories: t.Optional(t.Array(t.String({ maxLength: 20 }))) }),
  output: t.Object({ items: t.Array(t.Object({ text: t.String() })) }),
  async run({ notes }: Notebook, caller: { ownerId: string }, input: { categories?: string[] }) {
    const [category = ''] = input.categories ?? []
    const own = notes.filter(({ owner, text }) => owner === caller.ownerId && text.includes(category))
    return { items: own.map(({ text }) => ({ text })) }
  },
}

const fetchMemory = {
  ...searchNotes,
  name: 'fetch',
  tool: false,
  input: t.Object({ id: t.String() }),
  output: t.Object({ id: t.String(), text: t.String() }),
  async run({ notes, gate }: Notebook, caller: { ownerId: string }, { id }: { id: string }) {
    if (id === 'slow') await gate
    if (id === 'adrift') throw engineAway()
    if (id === 'crash') throw new Error('SECRET-MARKER at /srv/notes.db')
    const note = notes[Number(id) - 1]
    if (note?.owner !== caller.ownerId) throw new Fault('not_found', 'There is no such note.')
    return { id, text: note.text }
  },
}

const hidden = { ...wipeNotes, name: 'not_a_tool', tool: false }

const noteOperations = [
  addNote,
  searchNotes,
  wipeNotes,
  hidden,
  listMemories,
  fetchMemory,
] as readonly unknown[] as AnyOperation<Notebook>[]

/** Principals by the token that stands for them. `ada` may all, `ada-read` reads only, `eve` is somebody else. */
export function principals(clock: Clock): Record<string, Principal> {
  const base = (name: string, over: Partial<Principal> = {}): Principal => ({
    ownerId: name as OwnerId,
    clientId: 'client-1' as ClientId,
    scopes: new Set(['memories:read', 'memories:write']),
    audience: ['http://localhost/mcp'],
    tokenId: `jti-${name}`,
    grantId: `grant-${name}` as GrantId,
    familyId: `family-${name}` as FamilyId,
    expiresAt: Math.floor(clock.now() / 1000) + 3600,
    ...over,
  })
  return {
    ada: base('ada'),
    'ada-read': base('ada', { scopes: new Set(['memories:read']) }),
    'ada-write': base('ada', { scopes: new Set(['memories:write']) }),
    'ada-refreshed': base('ada', { tokenId: 'jti-ada-2', expiresAt: Math.floor(clock.now() / 1000) + 7200 }),
    'ada-elsewhere': base('ada', { tokenId: 'jti-ada-3', familyId: 'family-ada-3' as FamilyId }),
    'ada-chatgpt': base('ada', {
      scopes: new Set(['memories:read']),
      clientId: 'https://chatgpt.com/oauth/client.json' as ClientId,
    }),
    eve: base('eve'),
  }
}

function testFeed(): RevocationFeed & { readonly listeners: Set<(revocation: Revocation) => void> } {
  const listeners = new Set<(revocation: Revocation) => void>()
  return {
    listeners,
    async revoke(revocation) {
      for (const listener of listeners) listener(revocation)
    },
    since: async () => ({ revocations: [], cursor: '0' }),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    freshAt: () => Date.now(),
    catchUp: async () => {},
    close: async () => {},
  }
}

export function startMcp(
  options: {
    streams?: Partial<StreamLimits>
    handover?: StreamHandover
    clock?: ReturnType<typeof testClock>
    log?: Log
  } = {},
) {
  const clock = options.clock ?? testClock()
  const known = principals(clock)
  const verifier: TokenVerifier = {
    async verify(token) {
      const principal = known[token]
      if (principal === undefined || principal.expiresAt * 1000 <= clock.now()) throw new InvalidToken('unknown')
      return principal
    },
    assertStanding({ expiresAt }) {
      if (expiresAt * 1000 <= clock.now()) throw new InvalidToken('expired')
    },
  }
  const feed = testFeed()
  const notebook: Notebook = { notes: [] }
  const deps: McpDependencies<Notebook> = {
    verifier,
    feed,
    clock,
    random: createRandom(clock),
    log: options.log ?? createLog('silent'),
    services: notebook,
    operations: noteOperations,
    handover: options.handover ?? createProcessHandover(),
    settings: {
      apiBaseUrl: 'http://localhost',
      issuer: 'http://localhost',
      allowedOrigins: ['https://chatgpt.com'],
      name: 'souvenir',
      version: '0.0.1',
      ...(options.streams === undefined ? {} : { streams: options.streams }),
    },
  }
  const surface = mcpSurface(deps)
  const app = new Elysia().use(surface.routes)
  const fetch = async (input: Request | string | URL, init?: RequestInit): Promise<Response> =>
    app.fetch(input instanceof Request ? input : new Request(input, init))
  return { ...deps, clock, feed, notebook, fetch, openStreams: surface.openStreams, close: surface.close }
}

export const modernVersion = '2026-07-28'

/** The envelope every request of 2026-07-28 carries. */
export const envelope = (over: Record<string, unknown> = {}) => ({
  'io.modelcontextprotocol/protocolVersion': modernVersion,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  ...over,
})

/** A well-formed request of 2026-07-28; `headers` replace or (as undefined) remove, `params` are added to. */
export function modernRequest(
  method: string,
  params: Record<string, unknown> = {},
  options: { token?: string; headers?: Record<string, string | undefined>; body?: unknown } = {},
): Request {
  const name = params.name ?? params.uri
  const headers = new Headers({
    authorization: `Bearer ${options.token ?? 'ada'}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': modernVersion,
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
  })
  for (const [header, value] of Object.entries(options.headers ?? {})) {
    if (value === undefined) headers.delete(header)
    else headers.set(header, value)
  }
  const body = options.body ?? { jsonrpc: '2.0', id: 1, method, params: { _meta: envelope(), ...params } }
  return new Request('http://localhost/mcp', { method: 'POST', headers, body: JSON.stringify(body) })
}

/** A request of the 2025 revisions. */
export function legacyRequest(
  method: string,
  params: Record<string, unknown> = {},
  options: { token?: string; headers?: Record<string, string>; body?: unknown } = {},
): Request {
  return new Request('http://localhost/mcp', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${options.token ?? 'ada'}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...options.headers,
    },
    body: JSON.stringify(options.body ?? { jsonrpc: '2.0', id: 1, method, params }),
  })
}

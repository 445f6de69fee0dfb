import { type TSchema, Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { ApiDependencies } from '../../src/api/dependencies.ts'
import { apiSurface } from '../../src/api/routes.ts'
import type { AnyOperation, Operation } from '../../src/memory/operation.ts'
import type { Principal, TokenVerifier } from '../../src/resource/ports.ts'
import { Fault } from '../../src/shared/fault.ts'
import { InvalidToken } from '../../src/shared/invalid-token.ts'
import { createLog } from '../../src/shared/log.ts'
import { principals } from './mcp.ts'
import { testClock } from './time.ts'

/** A small domain of notes, so that the surface is tested by itself. */
export interface Notes {
  readonly all: Map<string, { owner: string; text: string; version: number }>
  fail?: unknown
}

const declare = <I extends TSchema, O extends TSchema>(operation: Operation<I, O, Notes>) =>
  operation as unknown as AnyOperation<Notes>

const Note = t.Object({ id: t.String(), text: t.String(), version: t.Integer() })
const Id = t.Object({ id: t.String({ format: 'uuid' }) })

const listNotes = declare({
  name: 'list_notes',
  title: 'List notes',
  description: 'Lists notes.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  input: t.Object({ page: t.Optional(t.Integer()), wanted: t.Optional(t.Array(t.String())) }),
  output: t.Object({ items: t.Array(Note) }),
  rest: [
    {
      method: 'get',
      path: '/notes',
      operationId: 'listNotes',
      summary: 'Lists notes',
      status: 200,
      query: t.Object({
        page: t.Optional(t.Integer({ minimum: 1, maximum: 1000, default: 1 })),
        pinned: t.Optional(t.Boolean()),
        since: t.Optional(t.String({ format: 'date-time' })),
        wanted: t.Optional(t.Array(t.String())),
      }),
      response: t.Object({ items: t.Array(Note), page: t.Integer() }),
      toInput: ({ query }) => query,
      toBody: ({ items }) => ({ items, page: 1 }),
      actions: true,
    },
  ],
  async run(notes, { ownerId }, input) {
    if (notes.fail !== undefined) throw notes.fail
    const items = [...notes.all].filter(([, { owner }]) => owner === ownerId)
    const wanted = input.wanted === undefined ? items : items.filter(([, { text }]) => input.wanted?.includes(text))
    return { items: wanted.map(([id, { text, version }]) => ({ id, text, version })) }
  },
})

const addNote = declare({
  name: 'add_note',
  title: 'Add a note',
  description: 'Adds a note.',
  effect: 'write',
  idempotent: false,
  scope: 'memories:write',
  tool: true,
  input: t.Object({ text: t.String() }),
  output: Note,
  rest: [
    {
      method: 'post',
      path: '/notes',
      operationId: 'createNote',
      summary: 'Adds a note',
      status: 201,
      body: t.Object({
        text: t.String({ minLength: 1, maxLength: 1_000 }),
        metadata: t.Optional(t.Record(t.String(), t.Unknown())),
        speaker: t.Optional(t.Object({ name: t.String() })),
      }),
      response: Note,
      toInput: ({ body }) => body as { text: string },
      toBody: (note) => note,
      etag: ({ version }) => `"${version}"`,
      actions: true,
    },
  ],
  async run(notes, { ownerId, idempotencyKey }, { text }) {
    const id = idempotencyKey ?? '01920000-0000-7000-8000-000000000001'
    notes.all.set(id, { owner: ownerId, text, version: 1 })
    return { id, text, version: 1 }
  },
})

const ownNote = (notes: Notes, ownerId: string, id: string) => {
  const note = notes.all.get(id)
  if (note === undefined || note.owner !== ownerId)
    throw new Fault('not_found', 'There is no such note.', { field: 'id' })
  return note
}

const getNote = declare({
  name: 'get_note',
  title: 'Get a note',
  description: 'Reads a note.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: Id,
  output: Note,
  rest: [
    {
      method: 'get',
      path: '/notes/{id}',
      operationId: 'getNote',
      summary: 'Reads a note',
      status: 200,
      params: Id,
      response: Note,
      toInput: ({ params }) => params as { id: string },
      toBody: (note) => note,
      etag: ({ version }) => `"${version}"`,
      actions: true,
    },
  ],
  run: async (notes, { ownerId }, { id }) => ({ id, ...ownNote(notes, ownerId, id) }),
})

const updateNote = declare({
  name: 'update_note',
  title: 'Update a note',
  description: 'Changes a note.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ id: t.String(), text: t.String(), ifMatch: t.Optional(t.String()) }),
  output: Note,
  rest: [
    {
      method: 'put',
      path: '/notes/{id}',
      operationId: 'updateNote',
      summary: 'Changes a note',
      status: 200,
      params: Id,
      body: t.Object({ text: t.String() }),
      response: Note,
      toInput: ({ params, body, ifMatch }) => ({
        id: String(params.id),
        ...(body as { text: string }),
        ...(ifMatch === undefined ? {} : { ifMatch }),
      }),
      toBody: (note) => note,
      etag: ({ version }) => `"${version}"`,
      actions: true,
    },
  ],
  async run(notes, { ownerId }, { id, text, ifMatch }) {
    const note = ownNote(notes, ownerId, id)
    if (ifMatch !== undefined && ifMatch !== `"${note.version}"`)
      throw new Fault('precondition_failed', 'The note was changed in the meantime.', { field: 'if-match' })
    const version = note.version + 1
    notes.all.set(id, { ...note, text, version })
    return { id, text, version }
  },
})

const deleteNotes = declare({
  name: 'delete_notes',
  title: 'Delete notes',
  description: 'Deletes all notes.',
  effect: 'destroy',
  idempotent: true,
  scope: 'memories:write',
  tool: true,
  input: t.Object({}),
  output: t.Object({}),
  rest: [
    {
      method: 'delete',
      path: '/notes',
      operationId: 'deleteNotes',
      summary: 'Deletes all notes',
      status: 204,
      response: t.Null(),
      toInput: () => ({}),
      toBody: () => null,
    },
  ],
  async run({ all }, { ownerId }) {
    for (const [id, { owner }] of all) if (owner === ownerId) all.delete(id)
    return {}
  },
})

const touchNotes = declare({
  name: 'touch_notes',
  title: 'Touch notes',
  description: 'Changes nothing.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: false,
  input: t.Object({ quietly: t.Optional(t.Boolean()) }),
  output: t.Object({}),
  rest: [
    {
      method: 'patch',
      path: '/notes',
      operationId: 'touchNotes',
      summary: 'Changes nothing',
      status: 200,
      body: t.Object({ quietly: t.Optional(t.Boolean()) }),
      response: t.Object({}),
      toInput: ({ body }) => body as { quietly?: boolean },
      toBody: (output) => output,
    },
  ],
  run: async () => ({}),
})

const noteApiOperations = [listNotes, addNote, getNote, updateNote, deleteNotes, touchNotes]

/** The surface over notes, behind the tokens of `principals`. `request` sends as `ada` unless told otherwise. */
export function startApi(over: Partial<ApiDependencies<Notes>> = {}) {
  const clock = testClock()
  const known: Record<string, Principal> = principals(clock)
  const verifier: TokenVerifier = {
    async verify(token) {
      const principal = known[token]
      if (principal === undefined) throw new InvalidToken('unknown')
      return principal
    },
    assertStanding() {},
  }
  const notes: Notes = { all: new Map() }
  const app = new Elysia().use(
    apiSurface<Notes>({
      verifier,
      clock,
      log: createLog('silent'),
      services: notes,
      operations: noteApiOperations,
      settings: { apiBaseUrl: 'http://localhost', issuer: 'http://localhost', version: '0.0.1' },
      ...over,
    }).routes,
  )
  const request = async (
    method: string,
    path: string,
    options: { token?: string | null; headers?: Record<string, string>; body?: unknown; raw?: BodyInit } = {},
  ): Promise<Response> => {
    const { token = 'ada', headers, body, raw } = options
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    return app.fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(sent === undefined ? {} : { body: sent }),
      }),
    )
  }
  return { notes, clock, request, app }
}

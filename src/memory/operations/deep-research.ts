/** `search` and `fetch`, in exactly the shapes that ChatGPT's deep research and company knowledge ask for. */
import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { findMemory } from '../find-memory.ts'
import { namesFor, show } from '../present.ts'
import { logReadings } from '../readings.ts'
import { recall } from '../recall.ts'
import { limits, type Memory } from '../schema.ts'
import type { MemoryServices } from '../services.ts'
import { Id, operation } from './define.ts'

const results = 10
const titleCharacters = 80

const urlOf = ({ settings }: MemoryServices, { id }: Memory) =>
  `${settings.uiBaseUrl}/memories/${encodeURIComponent(id)}`

/** The beginning of the text, whole words. */
function titleOf({ content }: Memory): string {
  const line = content.replace(/\s+/gu, ' ').trim()
  if (line.length <= titleCharacters) return line
  return `${line.slice(0, titleCharacters).replace(/\s\S*$/u, '')}…`
}

export const search = operation({
  name: 'search',
  title: 'Search memories',
  description: "Find the user's memories for a query. Returns ids and titles to be read with fetch.",
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  input: t.Object(
    {
      query: t.String({
        minLength: 1,
        maxLength: limits.queryCharacters,
        description: 'What to look for, in plain words.',
      }),
    },
    { additionalProperties: false },
  ),
  output: t.Object({ results: t.Array(t.Object({ id: t.String(), title: t.String(), url: t.String() })) }),
  rest: [],
  async run(services, caller, { query }) {
    const hits = await recall(services, caller, { query, limit: results })
    return {
      results: hits.map(({ memory }) => ({ id: memory.id, title: titleOf(memory), url: urlOf(services, memory) })),
    }
  },
})

export const fetchMemory = operation({
  name: 'fetch',
  title: 'Fetch a memory',
  description: 'The whole text of one memory that search found, with its source.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: true,
  input: t.Object({ id: { ...Id, description: 'An id that search returned.' } }, { additionalProperties: false }),
  output: t.Object({
    id: t.String(),
    title: t.String(),
    text: t.String(),
    url: t.String(),
    metadata: t.Optional(t.Record(t.String(), t.String())),
  }),
  rest: [],
  async run(services, caller, { id }) {
    const memory = await findMemory(services, caller, id as MemoryId)
    logReadings(services, caller, [{ memoryId: memory.id, kind: 'read' }])
    const shown = show(memory, await namesFor(services.appNames, [memory]))
    return {
      id: memory.id,
      title: titleOf(memory),
      text: memory.content,
      url: urlOf(services, memory),
      metadata: {
        app: shown.app,
        said_by: shown.said_by,
        created_at: shown.created_at,
        ...(shown.occurred_at === undefined ? {} : { occurred_at: shown.occurred_at }),
        ...(shown.metadata === undefined ? {} : { metadata: JSON.stringify(shown.metadata) }),
      },
    }
  },
})

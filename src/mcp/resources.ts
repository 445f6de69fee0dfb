/**
 * Memories as MCP resources: addresses that read through operations, so that a person can attach them to a conversation. What an
 * address means is a row below; which operation answers it, and who may read, is the operation's affair.
 */
import type { AnyOperation } from '../memory/operation.ts'
import { checkInput } from '../shared/check-schema.ts'
import { Fault } from '../shared/fault.ts'
import type { Call } from './call.ts'
import { page } from './cursor.ts'
import { safeOutput } from './safe-output.ts'
import { widget, widgetUri } from './widget.ts'

/** One address or family of addresses; `input` gives the operation's input, or undefined for an address that is not its own. */
export interface ResourceRow {
  readonly operation: string
  readonly uri?: string
  readonly uriTemplate?: string
  readonly name: string
  readonly title: string
  readonly description: string
  input(uri: string): Record<string, unknown> | undefined
}

export const memoryResources: readonly ResourceRow[] = [
  {
    operation: 'list_memories',
    uri: 'memory://recent',
    name: 'recent',
    title: 'Recent memories',
    description: 'What was remembered last, newest first.',
    input: (uri) => (uri === 'memory://recent' ? {} : undefined),
  },
  {
    operation: 'list_memories',
    uriTemplate: 'memory://category/{category}',
    name: 'category',
    title: 'Memories of a category',
    description: 'What was remembered under one category, such as work or health, newest first.',
    input: (uri) => segment(uri, 'memory://category/', (category) => ({ categories: [category] })),
  },
  {
    operation: 'fetch',
    uriTemplate: 'memory://memory/{id}',
    name: 'memory',
    title: 'One memory',
    description: 'A single memory with its source, by its id.',
    input: (uri) => segment(uri, 'memory://memory/', (id) => ({ id })),
  },
]

interface ResourceText {
  uri: string
  mimeType: string
  text: string
  [other: string]: unknown
}

export interface Resources {
  list(cursor: string | undefined): { resources: ListedResource[]; nextCursor?: string }
  templates(cursor: string | undefined): { resourceTemplates: ListedTemplate[]; nextCursor?: string }
  /** Throws `Fault('not_found')` for an address that is none of ours, and the operation's faults. */
  read(call: Call, uri: string): Promise<ResourceText>
}

interface Listed {
  name: string
  title: string
  description: string
  mimeType: string
}
interface ListedResource extends Listed {
  uri: string
}
interface ListedTemplate extends Listed {
  uriTemplate: string
}

const perPage = 50
const mimeType = 'application/json'

export function createResources<Services>(
  rows: readonly ResourceRow[],
  operations: readonly AnyOperation<Services>[],
  services: Services,
): Resources {
  const byName = new Map(operations.map((operation) => [operation.name, operation]))
  const offered = rows.filter(({ operation }) => byName.has(operation))
  const listed = offered.flatMap(({ uri, name, title, description }) =>
    uri === undefined ? [] : [{ uri, name, title, description, mimeType }],
  )
  const templates = offered.flatMap(({ uriTemplate, name, title, description }) =>
    uriTemplate === undefined ? [] : [{ uriTemplate, name, title, description, mimeType }],
  )
  return {
    list(cursor) {
      const { items, ...next } = page(listed, cursor, perPage)
      return { resources: items, ...next }
    },
    templates(cursor) {
      const { items, ...next } = page(templates, cursor, perPage)
      return { resourceTemplates: items, ...next }
    },
    async read({ caller }, uri) {
      // Found through the tool that names it, so it is in no list (MCP Apps, Resource Discovery).
      if (uri === widgetUri) return widget
      for (const row of offered) {
        const input = row.input(uri)
        const operation = byName.get(row.operation)
        if (input === undefined || operation === undefined) continue
        const output: unknown = await operation.run(services, caller, checkInput(operation.input, input))
        return { uri, mimeType, text: safeOutput(output).json }
      }
      throw new Fault('not_found', 'There is no such resource.', { field: 'uri' })
    },
  }
}

/** What follows `prefix`, percent-decoded (RFC 6570 section 3.2.2), if it is one segment. */
function segment<T>(uri: string, prefix: string, input: (value: string) => T): T | undefined {
  if (!uri.startsWith(prefix)) return undefined
  const encoded = uri.slice(prefix.length)
  if (encoded === '' || encoded.includes('/')) return undefined
  try {
    return input(decodeURIComponent(encoded))
  } catch {
    return undefined
  }
}

/**
 * `memories.json` of an export in parts, each of one page of memories: OpenMemory's tables in one document. Which memory has which
 * category is read from the memories again, so that nothing is kept of each of them. One that came between two readings may be linked
 * there and not be among the memories: OpenMemory passes such a link over, as we do.
 */
import type { OwnerId } from '../../shared/brand.ts'
import type { Memory } from '../schema.ts'
import { toIso } from '../time.ts'
import type { Line } from './record.ts'

/** A memory beside the line that an export has of it. */
export interface ExportedMemory {
  readonly memory: Memory
  readonly line: Line
}

export interface DocumentOf {
  readonly ownerId: OwnerId
  /** As the document's `export_meta` says it. */
  readonly meta: Readonly<Record<string, unknown>>
}

/** So many apps, and categories, are kept at once. */
const mostKept = 10_000

/** `pages`: all memories from the first on, anew at each call. */
export async function* documentParts(
  pages: () => AsyncIterable<readonly ExportedMemory[]>,
  { ownerId, meta }: DocumentOf,
): AsyncGenerator<string, void> {
  const apps = createTable(({ memory: { appId: id }, line }) => [{ id, owner_id: ownerId, name: line.app ?? id }])
  const categories = createTable(({ memory }) => memory.categories.map((name) => ({ id: name, name })))
  yield `{"user":${JSON.stringify({ id: ownerId, user_id: ownerId })},`
  yield* list('memories', pages(), (one) => {
    apps.see(one)
    categories.see(one)
    return [memoryOf(one, ownerId)]
  })
  yield* apps.list('apps', pages)
  yield* categories.list('categories', pages)
  yield* list('memory_categories', categories.isEmpty() ? [] : pages(), ({ memory: { id, categories: names } }) =>
    names.map((name) => ({ memory_id: id, category_id: name })),
  )
  yield `"status_history":[],"access_controls":[],"export_meta":${JSON.stringify(meta)}}`
}

const memoryOf = ({ memory, line: { app: _app, categories, ...rest } }: ExportedMemory, ownerId: OwnerId): object => ({
  ...rest,
  user_id: ownerId,
  app_id: memory.appId,
  archived_at: memory.state === 'archived' ? toIso(memory.updatedAt) : null,
  deleted_at: null,
  category_ids: categories,
})

type Pages = AsyncIterable<readonly ExportedMemory[]> | Iterable<readonly ExportedMemory[]>

/** A list of the document with what each memory has for it, and the comma behind it. A page that has nothing is a part all the same. */
async function* list(
  name: string,
  pages: Pages,
  recordsOf: (one: ExportedMemory) => readonly object[],
): AsyncGenerator<string, void> {
  yield `"${name}":[`
  let isFirst = true
  for await (const page of pages) {
    const records = page.flatMap(recordsOf).map((record) => JSON.stringify(record))
    yield records.length === 0 ? '\n' : `${isFirst ? '' : ','}\n${records.join(',\n')}`
    isFirst &&= records.length === 0
  }
  yield '],'
}

interface Row {
  readonly id: string
}

/** Rows that memories share. Mostly there are few, and those are kept; else they are read from the memories again. */
function createTable(rowsOf: (one: ExportedMemory) => readonly Row[]) {
  const kept = new Map<string, Row>()
  let isWhole = true
  return {
    see(one: ExportedMemory) {
      for (const row of rowsOf(one)) {
        if (kept.has(row.id)) continue
        if (kept.size < mostKept) kept.set(row.id, row)
        else isWhole = false
      }
    },
    isEmpty: () => isWhole && kept.size === 0,
    async *list(name: string, pages: () => Pages): AsyncGenerator<string, void> {
      if (isWhole) yield `"${name}":${JSON.stringify([...kept.values()])},`
      else {
        kept.clear()
        const isNew = firstOfEach()
        yield* list(name, pages(), (one) => rowsOf(one).filter(({ id }) => isNew(id)))
      }
    },
  }
}

/** Whether it is asked for the first time, as far as is known: a row that is written twice means the same. */
function firstOfEach(): (id: string) => boolean {
  let known = new Set<string>()
  return (id) => {
    if (known.has(id)) return false
    if (known.size >= mostKept) known = new Set()
    known.add(id)
    return true
  }
}

/**
 * A person's memories as the zip that OpenMemory exports: `memories.json` and `memories.jsonl.gz`. It is made while it is sent,
 * a page of memories at a time and no further than it was taken, so that its size does not matter. Each page is asked for anew, since
 * an export may outlive the rule it began with. Tombstones have nothing to export.
 */
import { Gzip, Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import { assertUnrestricted } from '../access.ts'
import type { Caller } from '../operation.ts'
import type { Memory } from '../schema.ts'
import type { MemoryServices } from '../services.ts'
import { toIso } from '../time.ts'
import { documentParts, type ExportedMemory } from './document-parts.ts'
import { lineOf } from './record.ts'

export interface ExportFilter {
  readonly appIds?: Memory['appId'][] | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

type Needed = Pick<MemoryServices, 'store' | 'appNames'>

const pageSize = 500
const pageBytes = 200_000
/** What is deflated at once: a few milliseconds. */
const pieceBytes = 64 * 1024
const encoder = new TextEncoder()

/** Reading it throws `Fault('forbidden')` once the app may not do everything any more. */
export function exportMemories(services: Needed, caller: Caller, filter: ExportFilter): ReadableStream<Uint8Array> {
  const parts = zipOf(services, caller, filter)
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await parts.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await parts.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function* zipOf(services: Needed, caller: Caller, filter: ExportFilter): AsyncGenerator<Uint8Array, void> {
  let ready: Uint8Array[] = []
  const zip = new Zip((error, data) => {
    if (error !== null) throw error
    ready.push(data)
  })
  function* drain() {
    const parts = ready
    ready = []
    for (const part of parts) if (part.byteLength > 0) yield part
  }
  // First, so that a reader of the stream needs nothing of what follows.
  const lines = new ZipPassThrough('memories.jsonl.gz')
  zip.add(lines)
  const gzip = new Gzip({ level: 6 }, (data, final) => lines.push(data, final))
  for await (const page of pagesOf(services, caller, filter)) {
    for await (const piece of piecesOf(page.map(({ line }) => `${JSON.stringify(line)}\n`).join(''))) {
      gzip.push(piece)
      yield* drain()
    }
  }
  gzip.push(new Uint8Array(), true)
  const json = new ZipDeflate('memories.json', { level: 6 })
  zip.add(json)
  for await (const text of documentParts(() => pagesOf(services, caller, filter), documentOf(caller, filter))) {
    for await (const piece of piecesOf(text)) {
      json.push(piece)
      yield* drain()
    }
  }
  json.push(new Uint8Array(), true)
  zip.end()
  yield* drain()
}

/** A text as bytes. Between two pieces of it others have their turn. */
async function* piecesOf(text: string): AsyncGenerator<Uint8Array, void> {
  const bytes = encoder.encode(text)
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    await new Promise((resolve) => setImmediate(resolve))
    yield bytes.slice(at, at + pieceBytes)
  }
}

const documentOf = ({ ownerId, nowMs }: Caller, { appIds, from, to }: ExportFilter) => ({
  ownerId,
  meta: {
    app_id_filter: appIds?.[0] ?? null,
    from_date: from === undefined ? null : Math.floor(from / 1_000),
    to_date: to === undefined ? null : Math.floor(to / 1_000),
    version: '1',
    generated_at: toIso(nowMs),
  },
})

async function* pagesOf(
  { store, appNames }: Needed,
  { ownerId, appId }: Caller,
  filter: ExportFilter,
): AsyncGenerator<ExportedMemory[], void> {
  let after: { createdAt: number; id: Memory['id'] } | undefined
  for (;;) {
    assertUnrestricted(await store.rule(ownerId, appId))
    const { items } = await store.list(ownerId, appId, {
      filter: { states: ['active', 'paused', 'archived'], ...filter },
      sort: 'createdAt',
      descending: false,
      limit: pageSize,
      bytes: pageBytes,
      after,
    })
    after = items.at(-1)
    if (after === undefined) return
    const names = await appNames.names([...new Set(items.map((memory) => memory.appId))])
    yield items.map((memory) => ({ memory, line: lineOf(memory, names.get(memory.appId) ?? memory.appId) }))
  }
}

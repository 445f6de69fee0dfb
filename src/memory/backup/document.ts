/** `memories.json` of an export: OpenMemory's tables in one document. */
import { isJsonObject } from '../../shared/json-object.ts'
import { limits } from '../schema.ts'

/** One more than a memory may have, so that its check sees what is wrong. Links for each of many memories are many times as much. */
const mostCategories = limits.categories + 1

/**
 * Counts the values of a JSON document as its bytes arrive: what it becomes in memory is by their number, not by their bytes (`{},`
 * is 3 of those and an object). Each comma, and each opening bracket, stands for one at most.
 */
export function createValueCounter(): (bytes: Uint8Array) => number {
  let [values, inString, escaped] = [0, false, false]
  return (bytes) => {
    for (const byte of bytes) {
      if (escaped) escaped = false
      else if (inString) {
        escaped = byte === 0x5c
        inString = byte !== 0x22
      } else if (byte === 0x22) inString = true
      else if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values++
    }
    return values
  }
}

/** Its memories. They name categories and apps by id: each gets their names, as the lines of `memories.jsonl.gz` have them. */
export function* documentRecords(document: unknown, notAnExport: () => Error): Generator<unknown, void> {
  const list = (name: string): Record<string, unknown>[] => {
    const value = isJsonObject(document) ? document[name] : undefined
    return Array.isArray(value) ? value.filter(isJsonObject) : []
  }
  if (!isJsonObject(document) || !Array.isArray(document.memories)) throw notAnExport()
  const namesById = (name: string) => new Map(list(name).map((each) => [each.id, each.name]))
  const [apps, categories] = [namesById('apps'), namesById('categories')]
  const linked = new Map<unknown, unknown[]>()
  for (const { memory_id, category_id } of list('memory_categories')) {
    const links = linked.get(memory_id)
    if (links === undefined) linked.set(memory_id, [category_id])
    else if (links.length < mostCategories) links.push(category_id)
  }
  for (const memory of list('memories')) {
    const ids = Array.isArray(memory.category_ids) ? memory.category_ids : (linked.get(memory.id) ?? [])
    yield {
      ...memory,
      app: apps.get(memory.app_id) ?? null,
      categories: ids.flatMap((id: unknown) => categories.get(id) ?? []),
    }
  }
}

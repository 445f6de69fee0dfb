/** `memories.json` of an export: OpenMemory's tables in one document. */

/** Its memories. They name categories and apps by id: each gets their names, as the lines of `memories.jsonl.gz` have them. */
export function* documentRecords(document: unknown, notAnExport: () => Error): Generator<unknown, void> {
  const list = (name: string): Record<string, unknown>[] => {
    const value = isRecord(document) ? document[name] : undefined
    return Array.isArray(value) ? value.filter(isRecord) : []
  }
  if (!isRecord(document) || !Array.isArray(document.memories)) throw notAnExport()
  const namesById = (name: string) => new Map(list(name).map((each) => [each.id, each.name]))
  const [apps, categories] = [namesById('apps'), namesById('categories')]
  const linked = new Map<unknown, unknown[]>()
  for (const { memory_id, category_id } of list('memory_categories')) {
    const links = linked.get(memory_id)
    if (links === undefined) linked.set(memory_id, [category_id])
    else links.push(category_id)
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

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

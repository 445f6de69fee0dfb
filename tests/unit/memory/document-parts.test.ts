/** `memories.json` of an export is made a page at a time: what is kept meanwhile does not grow with the memories. */
import { expect, test } from 'bun:test'
import { documentParts, type ExportedMemory } from '../../../src/memory/backup/document-parts.ts'
import { lineOf } from '../../../src/memory/backup/record.ts'
import type { ClientId } from '../../../src/shared/brand.ts'
import { memoryOf, owner } from '../../support/memories.ts'

const pageLength = 100
const of = { ownerId: owner('ada'), meta: { version: '1' } }

/** Pages of memories, each made anew as they are asked for. */
function pagesOf(count: number, partsOf: (n: number) => Parameters<typeof memoryOf>[1]) {
  return async function* (): AsyncGenerator<readonly ExportedMemory[]> {
    for (let from = 0; from < count; from += pageLength) {
      yield Array.from({ length: Math.min(pageLength, count - from) }, (_, at) => {
        const memory = memoryOf(`Note ${from + at}.`, partsOf(from + at))
        return { memory, line: lineOf(memory, memory.appId) }
      })
    }
  }
}

async function documentOf(pages: ReturnType<typeof pagesOf>) {
  const parts = await Array.fromAsync(documentParts(pages, of))
  return { longest: Math.max(...parts.map(({ length }) => length)), document: JSON.parse(parts.join('')) }
}

test('of many memories with many categories no part is longer than a page makes it, and each link is there', async () => {
  const categories = Array.from({ length: 20 }, (_, at) => `a category of the longer kind, number ${at}`)
  const few = await documentOf(pagesOf(pageLength, () => ({ categories })))
  const many = await documentOf(pagesOf(50 * pageLength, () => ({ categories })))
  expect(many.longest).toBeLessThan(1.1 * few.longest)
  expect(many.document.memory_categories).toHaveLength(50 * pageLength * categories.length)
  expect(many.document.categories.map(({ name }: { name: string }) => name)).toEqual(categories)
})

test('more apps and categories than are kept: each is in its list, the first time in the order of the memories', async () => {
  const count = 12_000
  const pages = pagesOf(count, (n) => ({ appId: `import:${n}` as ClientId, categories: [`about ${n}`, 'all'] }))
  const { document, longest } = await documentOf(pages)
  expect(longest).toBeLessThan(100_000)
  const distinct = (name: string) => [...new Set(document[name].map(({ id }: { id: string }) => id))]
  expect(distinct('apps')).toEqual(Array.from({ length: count }, (_, n) => `import:${n}`))
  expect(new Set(distinct('categories'))).toEqual(
    new Set(['all', ...Array.from({ length: count }, (_, n) => `about ${n}`)]),
  )
  expect(document.categories.length).toBeLessThan(count + 3)
})

test('without categories the memories are read once', async () => {
  let readings = 0
  const pages = pagesOf(3, () => ({}))
  const { document } = await documentOf(() => {
    readings += 1
    return pages()
  })
  expect(readings).toBe(1)
  expect(document).toMatchObject({ memories: [{}, {}, {}], apps: [{}], categories: [], memory_categories: [] })
})

import { describe, expect, test } from 'bun:test'
import { gzipSync, strToU8, zipSync } from 'fflate'
import { importMemories } from '../../../src/memory/backup/import.ts'
import type { MemoryId } from '../../../src/shared/brand.ts'
import { callerOf, owner } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { chat, opened } from './opened.ts'

const of = owner('importer')
const id = '00000000-0000-4000-8000-0000000000aa' as MemoryId

async function* zipOf(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  const lines = texts.map((content) => JSON.stringify({ id, content })).join('\n')
  yield zipSync({ 'memories.jsonl.gz': gzipSync(strToU8(lines)) })
}

export function describeImporting(open: OpenMemoryStore): void {
  describe('an import', () => {
    const here = opened(open)
    const take = (texts: readonly string[], mode: 'skip' | 'overwrite') =>
      importMemories(
        { store: here.store, settings: { uiBaseUrl: '' } },
        callerOf('importer', 'chat'),
        zipOf(texts),
        mode,
      )
    const text = async () => (await here.store.get(of, chat, [id]))[0]?.content

    test('of a file that has a memory twice goes record by record, whether it was there or not', async () => {
      expect(await take(['One.', 'Two.'], 'overwrite')).toMatchObject({ added: 1, overwritten: 1, failed: 0 })
      expect(await text()).toBe('Two.')
      expect(await take(['Three.', 'Four.'], 'overwrite')).toMatchObject({ added: 0, overwritten: 2, failed: 0 })
      expect(await text()).toBe('Four.')
      expect(await take(['Five.', 'Six.'], 'skip')).toMatchObject({ skipped: 2, overwritten: 0 })
      expect(await text()).toBe('Four.')
      expect(await here.verify(of)).toEqual([])
    })
  })
}

/**
 * Words that say little in any text though they are searched for: `like`, `best`, `thing`. They are those that anybody's stop words
 * hold, as stopwords-iso gathers them (MIT); our own lists are short, as what they hold is not found at all.
 */
import { readCarried } from '../../shared/carried-file.ts'
import { languages } from './languages.ts'

const known = new Map<number, ReadonlySet<string>>()

/** In lower case; none for a language without a list. Loaded by the first question of a process. */
export async function commonWords(language: number): Promise<ReadonlySet<string>> {
  const words = known.get(language) ?? new Set(await listOf(languages[language]?.code ?? ''))
  known.set(language, words)
  return words
}

/** The file has 57 languages, a megabyte of the executable if it were code. */
async function listOf(code: string): Promise<readonly string[]> {
  const file = await readCarried(
    'stopwords-iso/stopwords-iso.json',
    () => import('stopwords-iso/stopwords-iso.json', { with: { type: 'file' } }),
  )
  const lists = JSON.parse(file.toString('utf8')) as Readonly<Record<string, readonly string[]>>
  return lists[code] ?? []
}

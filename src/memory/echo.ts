/**
 * Recalled text coming back. Clients that store what they were just given fill a memory with copies of itself (97.8 % of
 * one audited store). A text is an echo when nothing is left of it once the memories handed out moments ago, and the words
 * that our results put around them, are taken away.
 */
import { cutMark, normalise } from './content.ts'
import type { Memory } from './schema.ts'
import { replaceEvery } from './text/long-texts.ts'

/** How long a text counts as just returned. */
export const echoWindowMs = 10 * 60_000

/** Words that results put around a memory: field names and states. */
const frameWords = new Set(
  (
    'id ids text content title url results result items memory memories score state active paused archived app source ' +
    'created updated occurred recorded at categories category metadata thread speaker self other assistant document kind ' +
    'name valid from to version truncated true false null notice why utc'
  ).split(' '),
)
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
const isoTime = /\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?/g
const word = /[\p{L}\p{N}]+/gu
/** Shorter excerpts than this prove nothing. */
const minExcerpt = 40

/** Whether `content` says nothing but what `recalled` (handed out within `echoWindowMs`) says. */
export function isEcho(content: string, recalled: readonly Memory[]): boolean {
  if (recalled.length === 0) return false
  const text = normalise(unquote(content))
  const sources = sourcesOf(recalled)
  if (isExcerpt(text, sources)) return true
  let left = text
  const quoted: Memory[] = []
  for (const source of sources) {
    const without = source.text === '' ? undefined : replaceEvery(left, source.text, quoteMark)
    if (without === undefined) continue
    left = without
    quoted.push(source.memory)
  }
  if (quoted.length === 0) return false
  if (quoted.length > 1) left = left.replace(leadIn, '')
  const labels = quoted.flatMap(({ categories, speaker, appId }) => [...categories, speaker.name ?? '', appId])
  const known = new Set(labels.flatMap(wordsOf))
  return wordsOf(left.replace(uuid, ' ').replace(isoTime, ' ')).every(
    (each) => frameWords.has(each) || known.has(each) || /^\d+$/.test(each),
  )
}

interface Source {
  readonly memory: Memory
  readonly text: string
}

/** Of a call's recalled memories, read once for all its texts: a thousand texts may come in one call. */
const knownSources = new WeakMap<readonly Memory[], readonly Source[]>()

/** The longest first, so that a memory inside of another does not cut it in two. */
function sourcesOf(recalled: readonly Memory[]): readonly Source[] {
  const known = knownSources.get(recalled)
  if (known !== undefined) return known
  const sources = recalled
    .map((memory) => ({ memory, text: normalise(memory.content) }))
    .toSorted((a, b) => b.text.length - a.text.length)
  knownSources.set(recalled, sources)
  return sources
}

/** Stands where a memory was; no letter, so that it is no word. */
const quoteMark = ' \u2402 '
/** "What I know about you:" before several memories; before a single one it may say that it is wrong. */
const leadIn = /^[^\u2402]{0,80}:(?=[\s\-*•\d.)]*\u2402)/u

/** Results are JSON: undo its quoting, so that a copied result is compared with what it quotes. */
const unquote = (text: string): string => text.replaceAll('\\n', '\n').replaceAll('\\"', '"')

const isExcerpt = (text: string, sources: readonly { text: string }[]): boolean => {
  if (!text.endsWith(cutMark)) return false
  const head = text.slice(0, -cutMark.length)
  return head.length >= minExcerpt && sources.some((source) => source.text.startsWith(head))
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(word) ?? []

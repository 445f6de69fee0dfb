/**
 * Proper names by their capitals: `Grace Hopper`, `the Charles Bridge`, `GitHub`. Scripts without capitals have none.
 * A capital that begins a sentence says nothing, so a single word there is taken only where it also stands inside one. In German,
 * where every noun has a capital, only several in a row count.
 */
import { graphLimits } from '../graph/schema.ts'
import { detectLanguage, isStopWord } from '../text/language.ts'
import { languages } from '../text/languages.ts'
import { words } from '../text/words.ts'
import { calendars } from './calendar.ts'

/** Words with capitals one after the other, with what stands between the parts of a name; no more than eight of them. */
const capitals =
  /(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{N}’'-]{1,40}(?: (?:(?:de|da|del|della|di|du|la|le|van|von|der|den|of|the|y|e) ){0,2}\p{Lu}[\p{L}\p{N}’'-]{0,40}){0,7}/gu
/** What a sentence or a line begins behind. */
const beginning = /(?:^|[.!?…:•*#>|\n\r"“”„«([–—-])\s*$/u
const insideCapital = /\p{Ll}\p{Lu}/u
const charactersTold = 400

export function namesIn(text: string): readonly string[] {
  const language = detectLanguage(words(text.slice(0, charactersTold)))
  const german = languages[language]?.code === 'de'
  const found = new Set<string>()
  for (const { 0: whole, index } of text.matchAll(capitals)) {
    const begins = beginning.test(text.slice(Math.max(0, index - 3), index))
    const parts = whole.replace(/[’']s$/u, '').split(' ')
    while (parts.length > 0 && isOrdinary(parts[0] ?? '', language)) parts.shift()
    while (parts.length > 0 && isOrdinary(parts.at(-1) ?? '', language)) parts.pop()
    const name = parts.join(' ').replace(/[’'-]+$/u, '')
    if (name.length < 2 || name.length > graphLimits.nameCharacters) continue
    const cutAtFront = !whole.startsWith(name)
    if (parts.length > 1 || insideCapital.test(name)) found.add(name)
    else if (!german && (!begins || cutAtFront)) found.add(name)
  }
  return [...found]
}

/** A stop word of the language, or a word for a day or a month in one of the languages that dates are read in. */
const isOrdinary = (word: string, language: number): boolean => {
  const lower = word.toLowerCase().replace(/[’']\p{L}{1,2}$/u, '')
  return isStopWord(lower, language) || calendarWords.has(lower)
}

const calendarWords: ReadonlySet<string> = new Set(
  Object.values(calendars).flatMap(({ months, days }) => [...months.flatMap((names) => names.split('|')), ...days]),
)

/**
 * Splits text into words, and into runs of scripts that are written without spaces.
 *
 * Not through Intl.Segmenter: its rules are those of the runtime's ICU, and Bun and Deno ship different ones (`10:30`, `a:b`,
 * `snake_case`). What one wrote the other would not find. Unicode properties in a regular expression are the same in both.
 */
export interface Word {
  /** As written, after NFKC. */
  readonly surface: string
  /** Lower case, apostrophes straightened. */
  readonly lower: string
  /** Where it begins in the NFKC text. */
  readonly index: number
  /** Part of a script without spaces, or Hangul: searched by pairs of characters. */
  readonly unspaced: boolean
  /** Nothing but punctuation stands between it and the beginning of the text, of a line or of a sentence. */
  readonly beginsSentence: boolean
}

const unspacedScripts = [
  'Han',
  'Hiragana',
  'Katakana',
  'Bopomofo',
  'Hangul',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
  'Yi',
  'Tibetan',
]
const unspacedClass = `[${unspacedScripts.map((script) => `\\p{Script=${script}}`).join('')}ー々〆]`
const unspacedRun = new RegExp(`${unspacedClass}(?:${unspacedClass}|\\p{Mn})*`, 'gu')
const anyUnspaced = new RegExp(unspacedClass, 'u')
/** A number with its separators, or letters, digits and marks with apostrophes inside. */
const spacedWord = /\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}\p{M}]+(?:'[\p{L}\p{M}]+)*/gu

/** What stands between the last word of a sentence and the first of the next. */
const sentenceEnd = /[.!?:;\n"“«*]/u

/** Of a text in NFKC: some characters become eighteen, and a text of them would take eighteen times as long. */
const longestNormal = 200_000

/** NFKC, so that full-width and composed forms are one; typographic apostrophes become plain ones. */
export const normalize = (text: string): string =>
  text.normalize('NFKC').slice(0, longestNormal).replaceAll('\u2019', "'")

/** The words of `text` in order. Runs without spaces come whole, as one `unspaced` word. */
export function words(text: string): Word[] {
  const normal = normalize(text)
  const found: Word[] = []
  if (!anyUnspaced.test(normal)) {
    spacedWords(normal, 0, found)
    return found
  }
  let end = 0
  for (const run of normal.matchAll(unspacedRun)) {
    spacedWords(normal.slice(end, run.index), end, found)
    found.push({ surface: run[0], lower: run[0], index: run.index, unspaced: true, beginsSentence: false })
    end = run.index + run[0].length
  }
  spacedWords(normal.slice(end), end, found)
  return found
}

function spacedWords(text: string, offset: number, found: Word[]): void {
  let end = 0
  for (const { 0: surface, index } of text.matchAll(spacedWord)) {
    found.push({
      surface,
      lower: surface.toLowerCase(),
      index: offset + index,
      unspaced: false,
      beginsSentence: end === 0 || sentenceEnd.test(text.slice(end, index)),
    })
    end = index + surface.length
  }
}

/** Characters and pairs of neighbouring characters: `東京都` gives 東 京 都 東京 京都. */
export function characterGrams(run: string): { readonly single: string[]; readonly pairs: string[] } {
  const single = [...run]
  const pairs: string[] = []
  for (let i = 1; i < single.length; i++) pairs.push(`${single[i - 1]}${single[i]}`)
  return { single, pairs }
}

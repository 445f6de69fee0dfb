/** Splits text into words (UAX #29, through Intl.Segmenter) and runs of scripts that are written without spaces. */
export interface Word {
  /** As written, after NFKC. */
  readonly surface: string
  /** Lower case, apostrophes straightened. */
  readonly lower: string
  /** Where it begins in the NFKC text. */
  readonly index: number
  /** Part of a script without spaces, or Hangul: searched by pairs of characters. */
  readonly unspaced: boolean
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
const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

/** NFKC, so that full-width and composed forms are one; typographic apostrophes become plain ones. */
export const normalize = (text: string): string => text.normalize('NFKC').replaceAll('\u2019', "'")

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
    found.push({ surface: run[0], lower: run[0], index: run.index, unspaced: true })
    end = run.index + run[0].length
  }
  spacedWords(normal.slice(end), end, found)
  return found
}

function spacedWords(text: string, offset: number, found: Word[]): void {
  for (const { segment, index, isWordLike } of segmenter.segment(text)) {
    if (isWordLike)
      found.push({ surface: segment, lower: segment.toLowerCase(), index: offset + index, unspaced: false })
  }
}

/** Characters and pairs of neighbouring characters: `東京都` gives 東 京 都 東京 京都. */
export function characterGrams(run: string): { readonly single: string[]; readonly pairs: string[] } {
  const single = [...run]
  const pairs: string[] = []
  for (let i = 1; i < single.length; i++) pairs.push(`${single[i - 1]}${single[i]}`)
  return { single, pairs }
}

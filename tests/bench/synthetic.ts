/** Texts made up for benches: the same on every run, in words of nobody's language, as frequent as words are. */

const vocabulary = 20_000
/** A language's most frequent words are its stop words, which no index holds: what people search for begins behind them. */
export const behindStopWords = 30

/** Words as text has them: few often, most seldom (Zipf's law), from the rank `first` on. */
export function wordsFrom(seed: number, first = behindStopWords): () => string {
  let state = seed
  return () => {
    // Numerical Recipes' linear congruential generator: enough for word frequencies.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return word(Math.floor(first * (vocabulary / first) ** (state / 2 ** 32)))
  }
}

export const sentence = (next: () => string, length: number): string => Array.from({ length }, next).join(' ')

const syllables = 'ka lo mi ner pus ra ton vel sho dri bem quo fi gan hul zet'.split(' ')

/** A made-up word for a rank: its digits to the base of the syllables. */
function word(rank: number): string {
  let text = ''
  for (let left = rank + 16; left > 0; left = Math.floor(left / syllables.length))
    text += syllables[left % syllables.length]
  return text
}

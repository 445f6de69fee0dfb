/** Reading many long texts before the transaction that needs their words, so that others are answered in between. */
import { setImmediate } from 'node:timers/promises'
import { type Analysis, analyze } from './analyze.ts'

/** So many characters are read without a look at what else the process has to do: some 30 ms. */
const charactersAtOnce = 100_000
/** What is behind so many is read where it is needed: the words of these take some 50 MB. */
const mostCharacters = 6_000_000

/** What a text has in it, as `analyze` says. */
export type Analyze = (text: string) => Analysis

/** Returns `analyze`, which knows these texts already. Few and short texts are left to it. */
export async function analyzeAhead(texts: readonly string[]): Promise<Analyze> {
  const known = new Map<string, Analysis>()
  if (texts.reduce((sum, { length }) => sum + length, 0) <= charactersAtOnce) return analyze
  let [characters, sinceTurn] = [0, 0]
  for (const text of texts) {
    characters += text.length
    if (characters > mostCharacters) break
    known.set(text, analyze(text))
    sinceTurn += text.length
    if (sinceTurn < charactersAtOnce) continue
    sinceTurn = 0
    await setImmediate()
  }
  return (text) => known.get(text) ?? analyze(text)
}

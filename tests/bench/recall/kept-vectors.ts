/**
 * Vectors kept in a file from one run to the next: the ranking is measured again without the model, and a run that is stopped goes
 * on where it was. A line for each text: the SHA-256 of what it is and of the text, and the vector's float32 numbers as base64.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Embedder } from '../../../src/memory/rank/embedder.ts'

type Kind = 'text' | 'question'

const keyOf = (kind: Kind, text: string): string => createHash('sha256').update(`${kind}\n${text}`).digest('base64')

/** The embedder, asked only for what `folder` has no vector of in its space. */
export function keptVectors(embedder: Embedder, folder: string): Embedder {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${embedder.space.replace(/\W+/g, '-')}.vectors`)
  const kept = read(file)
  async function through(
    kind: Kind,
    texts: readonly string[],
    embed: (missing: readonly string[]) => Promise<readonly Float32Array[]>,
  ): Promise<Float32Array[]> {
    const missing = [...new Set(texts)].filter((text) => !kept.has(keyOf(kind, text)))
    const made = missing.length === 0 ? [] : await embed(missing)
    for (const [i, vector] of made.entries()) kept.set(keyOf(kind, missing[i] ?? ''), vector)
    appendFileSync(file, made.map((vector, i) => `${keyOf(kind, missing[i] ?? '')} ${encode(vector)}\n`).join(''))
    return texts.flatMap((text) => kept.get(keyOf(kind, text)) ?? [])
  }
  return {
    space: embedder.space,
    questionBudgetMs: embedder.questionBudgetMs,
    embed: (texts, signal) => through('text', texts, (missing) => embedder.embed(missing, signal)),
    embedQuestion: async (question, signal) => {
      const [vector] = await through('question', [question], async () => [
        await embedder.embedQuestion(question, signal),
      ])
      return vector ?? new Float32Array()
    },
  }
}

const encode = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')

/** A line that a stopped run left half written has no end, and is dropped. */
function read(file: string): Map<string, Float32Array> {
  const kept = new Map<string, Float32Array>()
  if (!existsSync(file)) return kept
  let length = 0
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [key, numbers] = line.split(' ')
    const bytes = Buffer.from(numbers ?? '', 'base64')
    length ||= bytes.byteLength
    if (key === undefined || length === 0 || bytes.byteLength !== length) continue
    kept.set(key, new Float32Array(Uint8Array.from(bytes).buffer))
  }
  return kept
}

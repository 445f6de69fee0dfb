/** One sentence encoder in memory: a text's tokens through the network, pooled to one vector. Knows no thread and no queue. */
import type { InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { toUnitLength } from '../../../memory/rank/embedder.ts'
import type { LocalModel } from './describe.ts'
import { missingFiles, weightsFile } from './files.ts'
import type { Pooling } from './known.ts'
import { readRemembered } from './remembered.ts'
import { openRuntime } from './runtime.ts'
import { openTokenizer } from './tokenizer.ts'
import { ModelUnusable } from './unusable.ts'

export interface LoadedModel {
  /** The vector of length 1 of a text, prefix and all. */
  vectorOf(text: string): Promise<Float32Array>
}

const inputs = ['input_ids', 'attention_mask', 'token_type_ids']
/** What encoders call their states (a vector for each token), and what some give besides: the sentence's own vector. */
const outputs = ['last_hidden_state', 'token_embeddings', 'sentence_embedding']

/**
 * Loads a model and tries it on a word.
 * @throws ModelUnusable that says which file is missing, damaged, or of another model
 */
export async function loadModel(model: LocalModel): Promise<LoadedModel> {
  const [missing] = missingFiles(model.folder)
  if (missing !== undefined) throw new ModelUnusable(`${missing} is missing`)
  const [runtime, tokens, session] = await Promise.all([openRuntime(), openTokenizer(model), openSession(model)])
  const output = outputs.find((name) => session.outputNames.includes(name))
  if (output === undefined || session.inputNames.some((name) => !inputs.includes(name))) {
    throw new ModelUnusable(`${weightsFile} is no sentence encoder (${session.inputNames} to ${session.outputNames})`)
  }

  async function vectorOf(text: string): Promise<Float32Array> {
    const ids = tokens.idsOf(text)
    const row = (value: (i: number) => number) =>
      new runtime.Tensor(
        'int64',
        BigInt64Array.from(ids, (_, i) => BigInt(value(i))),
        [1, ids.length],
      )
    const feeds: Record<string, Tensor> = {
      input_ids: row((i) => ids[i] ?? 0),
      attention_mask: row(() => 1),
      token_type_ids: row(() => 0),
    }
    // One text at a time: nothing is padded, and 8-bit networks scale by the batch, so a vector would depend on its company.
    const results = await session.run(
      Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]])) as never,
    )
    const states = results[output ?? '']
    if (states === undefined) throw new ModelUnusable(`${weightsFile} gives no ${output}`)
    const pooled = pool(states, model.pooling)
    return toUnitLength(model.dimensions === undefined ? pooled : pooled.slice(0, model.dimensions))
  }

  await tryOut(model, vectorOf)
  return { vectorOf }
}

async function openSession({ folder }: LocalModel): Promise<InferenceSession> {
  const runtime = await openRuntime()
  const weights = await readRemembered(folder, weightsFile)
  try {
    return await runtime.InferenceSession.create(weights, { executionProviders: ['wasm'], logSeverityLevel: 3 })
  } catch (cause) {
    throw new ModelUnusable(`${weightsFile} is damaged or no ONNX model`, { cause })
  }
}

/** Shapes of another model, or weights that give no numbers, show at the first text. */
async function tryOut({ width, dimensions }: LocalModel, vectorOf: LoadedModel['vectorOf']): Promise<void> {
  const vector = await vectorOf('souvenir').catch((cause: unknown) => {
    throw new ModelUnusable(`${weightsFile} and tokenizer.json do not fit together`, { cause })
  })
  const wanted = dimensions ?? width ?? vector.length
  if (vector.length !== wanted) {
    throw new ModelUnusable(`${weightsFile} gives ${vector.length} numbers a text, not ${wanted}`)
  }
  if (!vector.every(Number.isFinite)) throw new ModelUnusable(`${weightsFile} gives what is no number`)
}

/** States of shape (1, tokens, width) to one vector of `width`: their mean, or the first token's. Shape (1, width) is one already. */
export function pool({ data, dims }: Pick<Tensor, 'data' | 'dims'>, pooling: Pooling): Float32Array {
  const states = data as Float32Array
  const width = dims.at(-1) ?? 0
  const tokens = dims.length === 3 ? (dims[1] ?? 1) : 1
  if (tokens === 1 || pooling === 'cls') return states.slice(0, width)
  const sum = new Float32Array(width)
  for (let at = 0, i = 0; at < tokens * width; at++, i = i + 1 === width ? 0 : i + 1) {
    sum[i] = (sum[i] ?? 0) + (states[at] ?? 0)
  }
  return sum.map((value) => value / tokens)
}

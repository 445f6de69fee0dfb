/** How a model wants to be run: the configuration first, then the model's own files, then what is known of it, then the usual. */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { noPrefixes, type Prefixes } from '../../../memory/rank/embedder.ts'
import { configFile, readJson, readManifest, tokenizerFile, weightsFile } from './files.ts'
import { knownModel, type Pooling } from './known.ts'

/** What a person may say about a model; undefined is left to the model. */
export interface ModelChoice {
  readonly folder: string
  readonly name?: string | undefined
  readonly pooling?: Pooling | undefined
  readonly textPrefix?: string | undefined
  readonly questionPrefix?: string | undefined
  readonly tokenLimit?: number | undefined
  /** Fewer than the model has, for models trained to be cut (Matryoshka). */
  readonly dimensions?: number | undefined
}

/** Everything that the thread needs to know: plain data. */
export interface LocalModel {
  readonly folder: string
  readonly name: string
  readonly pooling: Pooling
  readonly prefixes: Prefixes
  /** Longer texts are cut: tokens with the special ones. */
  readonly tokenLimit: number
  /** How many numbers the network gives for a token (`hidden_size`), where its files say so. */
  readonly width: number | undefined
  readonly vocabulary: number | undefined
  /** How many of them are kept; all unless configured. */
  readonly dimensions: number | undefined
  /** As `Embedder.space`. */
  readonly space: string
}

const usualTokenLimit = 256

/** Describes the model in a folder from its small files; reads neither weights nor vocabulary. */
export function describeModel(choice: ModelChoice): LocalModel {
  const { folder } = choice
  const config = readJson(folder, configFile) ?? {}
  const name = readManifest(folder)?.name ?? choice.name ?? basename(folder)
  const known = knownModel(basename(name))
  const own = ownWords(folder)
  const width = wholeNumber(config.hidden_size)
  const positions = wholeNumber(config.max_position_embeddings)
  const tokenLimit = choice.tokenLimit ?? own.tokenLimit ?? known?.tokenLimit ?? usualTokenLimit
  const described = {
    pooling: choice.pooling ?? own.pooling ?? known?.pooling ?? 'mean',
    prefixes: {
      text: choice.textPrefix ?? own.prefixes.text ?? known?.prefixes.text ?? noPrefixes.text,
      question: choice.questionPrefix ?? own.prefixes.question ?? known?.prefixes.question ?? noPrefixes.question,
    },
    tokenLimit: positions === undefined ? tokenLimit : Math.min(tokenLimit, positionsFor(config, positions)),
    dimensions: choice.dimensions,
  }
  // A question's prefix shapes no vector that is kept.
  const kept = { ...described, prefixes: described.prefixes.text }
  const space = `local:${name}/${described.dimensions ?? width ?? 'own'}/${fingerprint(folder, kept)}`
  return { folder, name, width, vocabulary: wholeNumber(config.vocab_size), space, ...described }
}

/** What sentence-transformers writes beside a model, where the release carries it. */
function ownWords(folder: string): {
  tokenLimit: number | undefined
  pooling: Pooling | undefined
  prefixes: Partial<Prefixes>
} {
  const pooling = readJson(folder, '1_Pooling/config.json')
  const prompts = readJson(folder, 'config_sentence_transformers.json')?.prompts
  const { query, passage, document } = (prompts ?? {}) as Record<string, unknown>
  const text = [passage, document].find((prompt) => typeof prompt === 'string')
  return {
    tokenLimit: wholeNumber(readJson(folder, 'sentence_bert_config.json')?.max_seq_length),
    pooling:
      pooling?.pooling_mode_cls_token === true
        ? 'cls'
        : pooling?.pooling_mode_mean_tokens === true
          ? 'mean'
          : undefined,
    prefixes: {
      ...(typeof text === 'string' ? { text } : {}),
      ...(typeof query === 'string' ? { question: query } : {}),
    },
  }
}

/** RoBERTa's positions begin behind the padding token's, so the first two are never used. */
const positionsFor = ({ model_type }: Record<string, unknown>, positions: number): number =>
  typeof model_type === 'string' && model_type.includes('roberta') ? positions - 2 : positions

const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined

const sampleBytes = 64 * 1024

/** Changes with whatever changes a vector: the weights (their size, beginning and end), the vocabulary, how they are used. */
function fingerprint(folder: string, described: object): string {
  const hash = createHash('sha256').update(JSON.stringify(described))
  try {
    hash.update(String(statSync(join(folder, tokenizerFile)).size))
    const file = openSync(join(folder, weightsFile), 'r')
    try {
      const { size } = fstatSync(file)
      hash.update(String(size))
      for (const at of [0, Math.max(0, size - sampleBytes)]) {
        const sample = Buffer.alloc(sampleBytes)
        hash.update(sample.subarray(0, readSync(file, sample, 0, sampleBytes, at)))
      }
    } finally {
      closeSync(file)
    }
  } catch {
    // A file that is missing is said when the model is loaded.
  }
  return hash.digest('hex').slice(0, 8)
}

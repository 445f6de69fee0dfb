/** Which model finds memories by meaning, and how it is run. */
import { basename, join } from 'node:path'
import type { Secret } from '../shared/secret.ts'
import type { ConfigProblem } from './read.ts'
import type { Values } from './variables.ts'

interface Common {
  readonly dimensions: number | undefined
  readonly textPrefix: string | undefined
  readonly questionPrefix: string | undefined
  readonly questionBudgetMs: number | undefined
}

export interface LocalEmbedderConfig extends Common {
  readonly use: 'local'
  /** Whether it was asked for by name: then missing files are an error, else search goes by words until they are there. */
  readonly required: boolean
  readonly model: string
  readonly folder: string
  readonly pooling: 'mean' | 'cls' | undefined
  readonly tokenLimit: number | undefined
  readonly idleMs: number
}

export interface ServerEmbedderConfig extends Common {
  readonly use: 'openai'
  readonly url: URL
  readonly model: string
  readonly apiKey: Secret | undefined
}

export type EmbedderConfig = LocalEmbedderConfig | ServerEmbedderConfig | { readonly use: 'none' }

const defaultLocalModel = 'all-MiniLM-L6-v2'

/** What is asked for, by name or by naming a server; undefined: the local model once its files are there. */
const wantedUse = ({ EMBEDDER, EMBEDDER_URL }: Values): Values['EMBEDDER'] =>
  EMBEDDER ?? (EMBEDDER_URL === undefined ? undefined : 'openai')

export function embedderConfig(values: Values, dataDir: string): EmbedderConfig {
  const common: Common = {
    dimensions: values.EMBEDDER_DIMENSIONS,
    textPrefix: values.EMBEDDER_TEXT_PREFIX,
    questionPrefix: values.EMBEDDER_QUERY_PREFIX,
    questionBudgetMs: values.EMBEDDER_BUDGET_MS,
  }
  const url = values.EMBEDDER_URL
  const wanted = wantedUse(values)
  if (wanted === 'none' || (wanted === 'openai' && url === undefined)) return { use: 'none' }
  if (wanted === 'openai' && url !== undefined) {
    return {
      use: 'openai',
      url,
      model: values.EMBEDDER_MODEL ?? 'all-minilm',
      apiKey: values.EMBEDDER_API_KEY,
      ...common,
    }
  }
  return {
    use: 'local',
    required: wanted === 'local',
    ...localModel(values, dataDir),
    pooling: values.EMBEDDER_POOLING,
    tokenLimit: values.EMBEDDER_MAX_TOKENS,
    idleMs: values.EMBEDDER_IDLE_MINUTES * 60_000,
    ...common,
  }
}

/** What `souvenir models` works on. */
export interface ModelsConfig {
  /** Holds a folder for each model. */
  readonly folder: string
  /** The model that is meant when none is named, and where it lies. */
  readonly chosen: { readonly model: string; readonly folder: string }
  /** Where the files are found, if not at the model's home. */
  readonly url: URL | undefined
}

export const modelsConfig = (values: Values, dataDir: string): ModelsConfig => ({
  folder: modelsFolder(dataDir),
  chosen: localModel(values, dataDir),
  url: values.MODEL_URL,
})

const modelsFolder = (dataDir: string) => join(dataDir, 'models')

/** A folder that is named holds the model of its own name, unless that is said too. */
function localModel(values: Values, dataDir: string): { model: string; folder: string } {
  const named = wantedUse(values) === 'openai' ? undefined : values.EMBEDDER_MODEL
  const { EMBEDDER_MODEL_DIR: folder } = values
  if (folder !== undefined) return { model: named ?? basename(folder), folder }
  const model = named ?? defaultLocalModel
  // A name may be Hugging Face's `owner/name`: its folder bears the name alone.
  return { model, folder: join(modelsFolder(dataDir), basename(model)) }
}

export function checkEmbedder(values: Values): ConfigProblem[] {
  const { EMBEDDER, EMBEDDER_URL, EMBEDDER_MODEL } = values
  const problems: ConfigProblem[] = []
  if (EMBEDDER === 'openai' && EMBEDDER_URL === undefined) {
    problems.push({
      variable: 'EMBEDDER_URL',
      problem: 'is needed with EMBEDDER=openai: the server to ask',
      example: 'http://ollama:11434/v1',
    })
  }
  if (wantedUse(values) !== 'openai' && EMBEDDER_MODEL !== undefined && !isModelName(EMBEDDER_MODEL)) {
    problems.push({
      variable: 'EMBEDDER_MODEL',
      problem: 'must be a name, or an owner and a name as on Hugging Face',
      example: 'multilingual-e5-small',
    })
  }
  return problems
}

/** `all-MiniLM-L6-v2`, `Xenova/all-MiniLM-L6-v2`: letters, digits, dots, dashes; never a way out of the folder of models. */
export const isModelName = (name: string): boolean => /^([\w-][\w.-]{0,95}\/)?[\w-][\w.-]{0,95}$/u.test(name)

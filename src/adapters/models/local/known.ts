/**
 * Models of the shape that the local adapter runs: a sentence encoder as ONNX with 8-bit weights and a tokenizer.json.
 * What their own files do not say stands here; a model more is an entry more, and one that is not here works by configuration.
 */
import { noPrefixes, type Prefixes } from '../../../memory/rank/embedder.ts'

export type Pooling = 'mean' | 'cls'

export interface KnownModel {
  readonly name: string
  /** Its home on Hugging Face. */
  readonly repository: string
  readonly languages: string
  readonly dimensions: number
  readonly tokenLimit: number
  readonly pooling: Pooling
  readonly prefixes: Prefixes
  /** SHA-256 of `onnx/model_quantized.onnx` in the release that souvenir was tried with. */
  readonly sha256?: string
}

/** E5 was trained with these in front (Wang et al. 2022, arXiv 2212.03533). */
const e5: Prefixes = { question: 'query:', text: 'passage:' }

export const knownModels: readonly KnownModel[] = [
  {
    name: 'all-MiniLM-L6-v2',
    repository: 'Xenova/all-MiniLM-L6-v2',
    languages: 'English',
    dimensions: 384,
    tokenLimit: 256,
    pooling: 'mean',
    prefixes: noPrefixes,
    sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
  },
  {
    name: 'paraphrase-multilingual-MiniLM-L12-v2',
    repository: 'Xenova/paraphrase-multilingual-MiniLM-L12-v2',
    languages: '50 languages',
    dimensions: 384,
    tokenLimit: 128,
    pooling: 'mean',
    prefixes: noPrefixes,
  },
  {
    name: 'multilingual-e5-small',
    repository: 'Xenova/multilingual-e5-small',
    languages: '100 languages',
    dimensions: 384,
    tokenLimit: 512,
    pooling: 'mean',
    prefixes: e5,
  },
  {
    name: 'e5-small-v2',
    repository: 'Xenova/e5-small-v2',
    languages: 'English',
    dimensions: 384,
    tokenLimit: 512,
    pooling: 'mean',
    prefixes: e5,
    sha256: '7d9092cb25f2bd1c023b7e8d2aa459044a02030ac880e5a59fdaf27af69f1ded',
  },
  {
    name: 'bge-small-en-v1.5',
    repository: 'Xenova/bge-small-en-v1.5',
    languages: 'English',
    dimensions: 384,
    tokenLimit: 512,
    pooling: 'cls',
    prefixes: { question: 'Represent this sentence for searching relevant passages:', text: '' },
  },
  {
    name: 'bge-small-zh-v1.5',
    repository: 'Xenova/bge-small-zh-v1.5',
    languages: 'Chinese',
    dimensions: 512,
    tokenLimit: 512,
    pooling: 'cls',
    prefixes: { question: '为这个句子生成表示以用于检索相关文章：', text: '' },
    sha256: '15b717c382bcb518ba457b93ea6850ede7f4f1cd8937454aa06972366cd19bcc',
  },
]

export const knownModel = (name: string | undefined): KnownModel | undefined =>
  knownModels.find((known) => known.name === name)

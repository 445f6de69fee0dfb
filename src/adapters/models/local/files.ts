/** The files of a model in its folder, laid out as its usual release, and what is remembered of them. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export interface ModelFile {
  readonly path: string
  /** A file beyond this is not taken: it is something else. */
  readonly largestBytes: number
  /** Without it, what it says comes from the configuration or is the usual. */
  readonly optional?: boolean
}

const megabyte = 1024 * 1024
export const weightsFile = 'onnx/model_quantized.onnx'
export const tokenizerFile = 'tokenizer.json'
export const configFile = 'config.json'

/** The release, in the order in which it is fetched: what fails soonest first. */
export const modelFiles: readonly ModelFile[] = [
  { path: configFile, largestBytes: megabyte },
  { path: tokenizerFile, largestBytes: 64 * megabyte },
  { path: 'tokenizer_config.json', largestBytes: megabyte, optional: true },
  { path: 'sentence_bert_config.json', largestBytes: megabyte, optional: true },
  { path: '1_Pooling/config.json', largestBytes: megabyte, optional: true },
  { path: 'config_sentence_transformers.json', largestBytes: megabyte, optional: true },
  { path: weightsFile, largestBytes: 2_000 * megabyte },
]

/** Beside the model's own files: where they came from and their sums, so that a damaged or swapped file is known. */
export const manifestFile = 'souvenir-model.json'

export interface Manifest {
  readonly name: string
  /** The address or folder they were taken from. */
  readonly source: string
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
}

/** Without these it is no model. */
export const requiredFiles = modelFiles.filter(({ optional }) => optional !== true).map(({ path }) => path)

/** The required files that are not in the folder; empty when it can be used. */
export const missingFiles = (folder: string): string[] =>
  requiredFiles.filter((path) => !existsSync(join(folder, path)))

/** What is remembered of the folder; undefined where nothing is, as when the files were put there by hand. */
export function readManifest(folder: string): Manifest | undefined {
  const manifest = readJson(folder, manifestFile)
  if (manifest === undefined) return undefined
  const { name, source, files } = manifest
  const usable = typeof name === 'string' && typeof source === 'string' && typeof files === 'object' && files !== null
  return usable ? (manifest as unknown as Manifest) : undefined
}

/** The files that are of another size than remembered, which is known without reading them. */
export const resizedFiles = (folder: string): string[] =>
  Object.entries(readManifest(folder)?.files ?? {})
    .filter(([path, { bytes }]) => statSync(join(folder, path), { throwIfNoEntry: false })?.size !== bytes)
    .map(([path]) => path)

/** The files that are not as remembered: of another size, or of another SHA-256. Reads them all. */
export async function damagedFiles(folder: string): Promise<string[]> {
  const resized = new Set(resizedFiles(folder))
  const damaged: string[] = []
  for (const [path, { sha256 }] of Object.entries(readManifest(folder)?.files ?? {})) {
    if (resized.has(path) || (await sumOf(join(folder, path))) !== sha256) damaged.push(path)
  }
  return damaged
}

/** A small JSON file of the folder as an object; undefined where there is none or it is no object. */
export function readJson(folder: string, path: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, path), 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** The same of a file of any size, in hexadecimal. */
export async function sumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

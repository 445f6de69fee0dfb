/**
 * Puts a model's files into its folder: from its home on the network, or from a folder brought by hand. They are gathered beside
 * (`.incoming`), tried, and only then renamed into place, with their SHA-256 remembered.
 */

import { existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Fault } from '../../../shared/fault.ts'
import { refuseOtherWidth, refuseStandIns, tryOut } from './accept.ts'
import { type Download, download, type Progress } from './download.ts'
import {
  damagedFiles,
  type Manifest,
  type ModelFile,
  manifestFile,
  missingFiles,
  modelFiles,
  readManifest,
  sumOf,
  weightsFile,
} from './files.ts'

export type { Progress }

export interface Target {
  readonly name: string
  readonly folder: string
  /** Take files that are not those remembered. */
  readonly replace: boolean
}

export interface Pull extends Target, Partial<Pick<Download, 'silenceMs' | 'pauseMs'>> {
  /** The files lie below it. */
  readonly from: URL
  readonly fetch: Download['fetch']
  onProgress(progress: Progress): void
}

export interface Installed {
  readonly manifest: Manifest
  /** Nothing was done: all files are there and as remembered. */
  readonly unchanged: boolean
}

/** @throws Fault `unavailable`, `too_large` as `download`; `conflict` for another file than the one remembered; `invalid` for no model */
export async function pullModel({ from, onProgress, fetch, ...target }: Pull): Promise<Installed> {
  const { folder, replace } = target
  const sound = replace ? new Set<string>() : await soundFiles(folder)
  if (sound.has(weightsFile) && missingFiles(folder).length === 0) {
    const manifest = readManifest(folder)
    if (manifest !== undefined && Object.keys(manifest.files).every((path) => sound.has(path)))
      return { manifest, unchanged: true }
  }
  return install(target, from.href, async (incoming) => {
    for (const file of modelFiles) {
      const { path, largestBytes } = file
      const to = join(incoming, path)
      if (sound.has(path)) {
        await copyTo(join(folder, path), to)
        continue
      }
      const url = new URL(path, from.href.endsWith('/') ? from : `${from.href}/`)
      const found = await download({
        ...target,
        url,
        to,
        largestBytes,
        fetch,
        onProgress: (received, total) => onProgress({ path, received, total }),
      })
      if (!found && file.optional !== true) {
        throw new Fault('not_found', `${url.href} does not exist. Look at the name of the model, or set MODEL_URL.`)
      }
    }
  })
}

/** Weights as people have them: in their folder, or alone, 8-bit or not. */
const usualWeights = [weightsFile, 'model_quantized.onnx', 'onnx/model.onnx', 'model.onnx']
const otherWeights = usualWeights.slice(1).join(' or ')

/** @throws Fault `invalid` when the folder does not hold what a model needs, or what it holds is none */
export async function addModel(source: string, target: Target): Promise<Installed> {
  const found = modelFiles.map((file) => {
    const places = file.path === weightsFile ? usualWeights : [file.path]
    return { file, place: places.map((path) => join(source, path)).find((path) => existsSync(path)) }
  })
  const missing = found.filter(({ file, place }) => place === undefined && file.optional !== true)
  if (missing.length > 0) throw new Fault('invalid', whatIsMissing(source, missing), { field: 'DIR' })
  return install(target, resolve(source), async (incoming) => {
    for (const { file, place } of found) {
      if (place === undefined) continue
      await refuseLarge(place, file)
      await copyTo(place, join(incoming, file.path))
    }
  })
}

/** All of it at once: whoever brings files by hand would rather go once. */
function whatIsMissing(source: string, missing: readonly { readonly file: { readonly path: string } }[]): string {
  if (!existsSync(source)) return `There is no folder ${source}.`
  const names = missing.map(({ file }) => file.path).join(', ')
  const others = missing.some(({ file }) => file.path === weightsFile) ? ` Weights may also be ${otherWeights}.` : ''
  return `${names} ${missing.length === 1 ? 'is' : 'are'} not in ${source}.${others}`
}

async function install(
  { name, folder, replace }: Target,
  source: string,
  gather: (incoming: string) => Promise<void>,
): Promise<Installed> {
  const incoming = join(folder, '.incoming')
  try {
    // What an earlier run gathered from elsewhere is of another release.
    if (readManifest(incoming)?.source !== source) await rm(incoming, { recursive: true, force: true })
    await mkdir(incoming, { recursive: true })
    await writeManifest(incoming, { name, source, files: {} })
    await gather(incoming)
    await refuseStandIns(incoming)
    await refuseOtherWidth(incoming, name)
    const manifest = { name, source, files: await sumsOf(incoming) }
    if (!replace) refuseOthers(readManifest(folder), manifest)
    await writeManifest(incoming, manifest)
    await tryOut(incoming, name)
    for (const path of [...Object.keys(manifest.files), manifestFile]) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await rename(join(incoming, path), join(folder, path))
    }
    await rm(incoming, { recursive: true, force: true })
    return { manifest, unchanged: false }
  } catch (error) {
    if (error instanceof Fault || !(error instanceof Error && 'code' in error)) throw error
    throw new Fault('unavailable', `The files cannot be written to ${folder} (${error.code}).`, { cause: error })
  }
}

/** The files that are as remembered. */
async function soundFiles(folder: string): Promise<Set<string>> {
  const sound = new Set(Object.keys(readManifest(folder)?.files ?? {}))
  for (const path of await damagedFiles(folder)) sound.delete(path)
  return sound
}

/** Trust on first use: the same place must give the same files, until somebody says otherwise. */
function refuseOthers(remembered: Manifest | undefined, { source, files }: Manifest): void {
  if (remembered?.source !== source) return
  for (const [path, { sha256 }] of Object.entries(files)) {
    const known = remembered.files[path]?.sha256
    if (known === undefined || known === sha256) continue
    throw new Fault(
      'conflict',
      `${path} has the SHA-256 ${sha256}, but ${known} is remembered from the same place. If a new release is expected, add --replace.`,
    )
  }
}

async function sumsOf(folder: string): Promise<Manifest['files']> {
  const files: Record<string, { bytes: number; sha256: string }> = {}
  for (const { path } of modelFiles) {
    const file = join(folder, path)
    if (existsSync(file)) files[path] = { bytes: (await stat(file)).size, sha256: await sumOf(file) }
  }
  return files
}

async function refuseLarge(path: string, { largestBytes }: ModelFile): Promise<void> {
  if ((await stat(path)).size > largestBytes) {
    throw new Fault('too_large', `${basename(path)} is larger than ${Math.round(largestBytes / 1024 / 1024)} MB.`)
  }
}

async function copyTo(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
}

const writeManifest = (folder: string, manifest: Manifest) =>
  writeFile(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`)

/** The local models of a deployment, for `souvenir models`: what is there, what may be fetched, and where it goes. */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describeModel, type LocalModel } from '../adapters/models/local/describe.ts'
import {
  damagedFiles,
  type Manifest,
  missingFiles,
  readManifest,
  requiredFiles,
  weightsFile,
} from '../adapters/models/local/files.ts'
import { addModel, type Installed, type Progress, pullModel } from '../adapters/models/local/install.ts'
import { type KnownModel, knownModel, knownModels } from '../adapters/models/local/known.ts'
import type { Config } from '../config/config.ts'
import { isModelName } from '../config/embedder.ts'
import { Fault } from '../shared/fault.ts'

export { getFilesAgain } from '../adapters/models/local/unusable.ts'
export type { Progress }

interface PresentModel extends Pick<LocalModel, 'name' | 'folder' | 'width' | 'tokenLimit' | 'pooling'> {
  readonly files: Manifest['files'] | undefined
  /** Files of another size or SHA-256 than remembered. */
  readonly damaged: readonly string[]
  /** Whether a server with this configuration would use it. */
  readonly chosen: boolean
}

export interface InstalledModel extends Installed {
  readonly folder: string
  /** Whether the weights are those of the release that souvenir was tried with; undefined where none is known. */
  readonly asTried: boolean | undefined
  /** What to set before a server uses it, as `NAME=VALUE`; empty where it is the configured one. */
  readonly toSet: readonly string[]
}

export interface Models {
  /** Reads the files of each model that is there. */
  list(): Promise<{
    readonly present: readonly PresentModel[]
    readonly absent: readonly KnownModel[]
    /** The configured model, where its files are not there. */
    readonly awaited: { readonly name: string; readonly folder: string } | undefined
  }>
  /** Fetches a known model, or `owner/name` of Hugging Face; the configured one unless named. @throws Fault as `pullModel` */
  pull(name: string | undefined, replace: boolean, onProgress: (progress: Progress) => void): Promise<InstalledModel>
  /** Takes files from a folder, under a name. @throws Fault as `addModel` */
  add(source: string, name: string | undefined, replace: boolean): Promise<InstalledModel>
}

export function openModels({ models, embedder, command }: Pick<Config, 'models' | 'embedder' | 'command'>): Models {
  const { chosen, url } = models
  /** The configured model's own folder, or one of its name. */
  const folderOf = (name: string) => (name === chosen.model ? chosen.folder : join(models.folder, basename(name)))
  const done = (installed: Installed, folder: string): InstalledModel => {
    const known = knownModel(basename(installed.manifest.name))?.sha256
    const asTried = known === undefined ? undefined : installed.manifest.files[weightsFile]?.sha256 === known
    return { ...installed, folder, asTried, toSet: toSet(installed.manifest.name, folder) }
  }
  const toSet = (name: string, folder: string): string[] => {
    const isOther = folder !== chosen.folder
    // A folder that EMBEDDER_MODEL_DIR names is used whatever model is.
    const isElsewhere = isOther && chosen.folder !== join(models.folder, basename(chosen.model))
    return [
      ...(embedder.use === 'local' ? [] : ['EMBEDDER=local']),
      // With a server for embeddings the name is of a model of its own.
      ...(isOther || embedder.use === 'openai' ? [`EMBEDDER_MODEL=${name}`] : []),
      ...(isElsewhere ? [`EMBEDDER_MODEL_DIR=${folder}`] : []),
    ]
  }
  return {
    async list() {
      const folders = new Set([chosen.folder, ...foldersIn(models.folder)])
      const usable = [...folders].filter((folder) => missingFiles(folder).length === 0)
      const present = await Promise.all(
        usable.map(async (folder): Promise<PresentModel> => {
          const isChosen = folder === chosen.folder
          const used = isChosen && embedder.use === 'local'
          const model = describeModel({
            folder,
            ...(used ? embedder : {}),
            ...(isChosen ? { name: chosen.model } : {}),
          })
          return { ...model, files: readManifest(folder)?.files, damaged: await damagedFiles(folder), chosen: used }
        }),
      )
      const isAwaited = embedder.use === 'local' && !usable.includes(chosen.folder)
      const awaited = isAwaited ? { name: chosen.model, folder: chosen.folder } : undefined
      const names = new Set(present.map(({ name }) => basename(name)))
      return { present, absent: knownModels.filter(({ name }) => !names.has(name)), awaited }
    },
    async pull(wanted, replace, onProgress) {
      const name = named(wanted ?? chosen.model)
      const folder = folderOf(name)
      const from = url ?? homeOf(name)
      const pulled = pullModel({ name, folder, replace, from, fetch, onProgress })
      return done(await pulled.catch(orByHand(from, `${command} models add DIR --name ${name}`)), folder)
    },
    async add(source, wanted, replace) {
      const name = named(wanted ?? nameIn(source) ?? chosen.model)
      const folder = folderOf(name)
      return done(await addModel(source, { name, folder, replace }), folder)
    },
  }
}

/** Where nothing answers, as on a machine without a network: what to bring from where, and what to type then. */
const orByHand =
  (from: URL, command: string) =>
  (error: unknown): never => {
    if (!(error instanceof Fault && error.code === 'model_home_unreachable')) throw error
    throw new Fault(
      error.kind,
      `${error.message} Without a network bring ${requiredFiles.join(', ')} from ${from.href} in a folder DIR, then: ${command}`,
      { code: error.code, cause: error.cause },
    )
  }

/** The name that a folder's own manifest gives, or that of the folder, where it is a known model's. */
const nameIn = (source: string): string | undefined => readManifest(source)?.name ?? knownModel(basename(source))?.name

function homeOf(name: string): URL {
  const repository = knownModel(name)?.repository ?? (name.includes('/') ? name : undefined)
  if (repository !== undefined) return new URL(`https://huggingface.co/${repository}/resolve/main/`)
  throw new Fault(
    'invalid',
    `There is no known model "${name}". Known are ${knownModels.map((known) => known.name).join(', ')}; any other of the same shape is named as on Hugging Face, OWNER/NAME, or found at MODEL_URL.`,
    { field: 'MODEL' },
  )
}

function named(name: string): string {
  if (!isModelName(name)) throw new Fault('invalid', `"${name}" is no name of a model.`, { field: 'MODEL' })
  return name
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name))
  } catch {
    return []
  }
}

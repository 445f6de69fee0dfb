import { parseArgs } from 'node:util'
import { loadConfig } from '../config/config.ts'
import { memoryRoles } from '../config/roles.ts'
import { getFilesAgain, type InstalledModel, type Models, openModels } from '../dependencies/models.ts'
import { type Command, print, UsageError } from './command.ts'
import { showProgress } from './progress.ts'

export const models: Command = {
  name: 'models',
  usage: 'pull [MODEL] [--replace] | add DIR [--name MODEL] [--replace] | list',
  summary: 'Fetches the model that finds memories by meaning, takes its files from a folder, or lists what is there.',
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { replace: { type: 'boolean', default: false }, name: { type: 'string' } },
      allowPositionals: true,
    })
    const [action, what, ...more] = positionals
    if (more.length > 0) throw new UsageError(`models takes "${this.usage}".`)
    const config = loadConfig(memoryRoles)
    const opened = openModels(config)
    switch (action) {
      case 'pull': {
        const progress = showProgress()
        try {
          return report(await opened.pull(what, values.replace, progress.show))
        } finally {
          progress.end()
        }
      }
      case 'add':
        if (what === undefined) throw new UsageError('models add takes the folder that holds the files.')
        return report(await opened.add(what, values.name, values.replace))
      case 'list':
        return list(opened, config.command)
      default:
        throw new UsageError(`models takes "${this.usage}".`)
    }
  },
}

const sizeOf = (bytes: number) => (bytes < 100_000 ? `${bytes} bytes` : `${(bytes / 1_000_000).toFixed(1)} MB`)

function report({ manifest, folder, unchanged, asTried, toSet }: InstalledModel): number {
  for (const [path, { bytes, sha256 }] of Object.entries(manifest.files)) {
    print(`${sha256}  ${path}  ${sizeOf(bytes)}`)
  }
  if (asTried !== undefined) {
    print(
      asTried
        ? 'The weights are those of the release that souvenir was tried with.'
        : 'The weights are not those that souvenir was tried with: another release, or another conversion. They are used; whether they find as well is for you to see.',
    )
  }
  print(`${manifest.name} is ${unchanged ? 'already' : 'now'} in ${folder}.`)
  if (toSet.length > 0) print(`Set ${toSet.join(', ')} and start the server again.`)
  else if (!unchanged) print('A server that runs takes it up when it is started again.')
  return 0
}

async function list(opened: Models, command: string): Promise<number> {
  const { present, absent, awaited } = await opened.list()
  const longest = Math.max(...[...present, ...absent].map(({ name }) => name.length))
  if (present.length > 0) print('Here; * is used:')
  for (const { name, width, tokenLimit, pooling, files, damaged, chosen } of present) {
    const bytes = Object.values(files ?? {}).reduce((sum, file) => sum + file.bytes, 0)
    const size = files === undefined ? 'sums not remembered' : sizeOf(bytes)
    const about = `vectors of ${width ?? '?'} numbers, from a text's first ${tokenLimit} tokens (${pooling})`
    print(`${chosen ? '*' : ' '} ${name.padEnd(longest)}  ${size}, ${about}`)
    if (damaged.length > 0) {
      print(
        `  ${' '.repeat(longest)}  DAMAGED, not as remembered: ${damaged.join(', ')}. ${getFilesAgain(command, name)}`,
      )
    }
  }
  if (awaited !== undefined) {
    print(`Configured, and not here: ${awaited.name}, expected in ${awaited.folder}.`)
  }
  if (absent.length > 0) print('To be fetched:')
  for (const { name, languages } of absent) {
    print(`- ${name.padEnd(longest)}  ${languages}: ${command} models pull ${name}`)
  }
  return 0
}

/** The command line. `souvenir` alone serves; each command is a file in cli/. */
import { type Command, complain, lineOf, print, UsageError } from './cli/command.ts'
import { commands } from './cli/commands.ts'
import { unexpected } from './cli/unexpected.ts'
import { ownCommand } from './config/own-command.ts'
import { ConfigError } from './config/read.ts'
import { Fault } from './shared/fault.ts'

async function main(words: readonly string[]): Promise<number> {
  const [name = 'serve', ...rest] = words
  if (name === 'help' || name === '--help' || name === '-h') return usage()
  const wanted = name.startsWith('--') && name !== '--version' ? 'serve' : name === '--version' ? 'version' : name
  const load = commands.get(wanted)
  if (load === undefined) {
    complain(`There is no command "${name}". "${ownCommand} --help" shows them all.`)
    return 2
  }
  const command = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    print(describe(command))
    return 0
  }
  try {
    return await command.run(wanted === name || name === '--version' ? rest : words)
  } catch (error) {
    return explain(error, command)
  }
}

function explain(error: unknown, command: Command): number {
  if (
    error instanceof UsageError ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  ) {
    complain(error.message)
    if ('code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') complain(settings)
    complain(describe(command))
    return 2
  }
  if (error instanceof Fault) complain(lineOf(error))
  else if (error instanceof ConfigError) complain(error.message)
  else complain(unexpected(error))
  return 1
}

/** For whoever looks for an option such as `--port`. */
const settings = `Settings are variables: PORT=9000, DATA_DIR=...; all of them: ${ownCommand} env --template`

const describe = ({ name, usage: words, summary }: Command) =>
  `${ownCommand} ${name} ${words}`.trimEnd().concat(`\n    ${summary}`)

async function usage(): Promise<number> {
  print('souvenir: a memory of your own for every assistant, behind your own sign-in.\n')
  for (const load of commands.values()) print(describe(await load()))
  print(`\n${settings}`)
  return 0
}

const status = await main(process.argv.slice(2))
process.exit(status)

import { readFileSync } from 'node:fs'
import type { Variable } from './variable.ts'
import { type Values, type VariableName, variables } from './variables.ts'

/** One thing wrong with the configuration, in words for the person who runs it. */
export interface ConfigProblem {
  readonly variable: string
  readonly problem: string
  readonly example?: string
}

/** Every problem of the configuration at once. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[]
  constructor(problems: readonly ConfigProblem[]) {
    super(['The configuration cannot be used:', ...problems.map(describe)].join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const describe = ({ variable, problem, example }: ConfigProblem) =>
  `  ${variable} ${problem}.${example === undefined ? '' : ` Example: ${takenBy(variable, example)}=${example}`}`

/** A secret's example is the file that it lies in, as compose mounts it. */
const takenBy = (variable: string, example: string) =>
  example.startsWith('/run/secrets/') && !variable.endsWith('_FILE') ? `${variable}_FILE` : variable

export type Environment = Readonly<Record<string, string | undefined>>

const longestFileBytes = 64 * 1024

/** Reads every variable from the environment and from the files that NAME_FILE variables name. */
export function readVariables(environment: Environment): { values: Values; problems: ConfigProblem[] } {
  const problems: ConfigProblem[] = []
  const values: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables) as [VariableName, Variable<unknown>][]) {
    try {
      const text = textOf(name, variable, environment)
      values[name] = text === undefined ? undefined : variable.type.parse(text)
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      problems.push({ variable: name, problem, example: variable.example })
    }
  }
  return { values: values as Values, problems }
}

/** The text of a variable: set, from its file, or its default. What is empty counts as not set, as compose files have it. */
function textOf(name: string, variable: Variable<unknown>, environment: Environment): string | undefined {
  const given = environment[name] || undefined
  const path = variable.file ? environment[`${name}_FILE`] || undefined : undefined
  const inFile = path === undefined ? undefined : textOfFile(name, path) || undefined
  if (given !== undefined && inFile !== undefined) throw new TypeError(`and ${name}_FILE are both set: keep one`)
  return given ?? inFile ?? variable.default
}

function textOfFile(name: string, path: string): string {
  try {
    const content = readFileSync(path)
    if (content.byteLength > longestFileBytes) throw new Error('larger than 64 KB')
    return content.toString('utf8').trim()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new TypeError(`cannot be read from the file in ${name}_FILE (${code})`)
  }
}

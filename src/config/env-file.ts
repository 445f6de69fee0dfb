/** A file `.env` beside the program, which the program does not read: it may be another's. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from './read.ts'
import type { Variable } from './variable.ts'
import { variables } from './variables.ts'

const largestBytes = 64 * 1024

const ours = new Set(
  (Object.entries(variables) as [string, Variable<unknown>][]).flatMap(([name, { file }]) =>
    file ? [name, `${name}_FILE`] : [name],
  ),
)

/**
 * The variables of ours that a file `.env` in a folder gives and the environment has not, by their names: where there are some, somebody
 * takes the file to be read. Of what is beyond its first 64 KiB nothing is known.
 */
export function unreadInEnvFile(folder: string, environment: Environment): readonly string[] {
  const given = startOf(join(folder, '.env')).matchAll(/^[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=/gm)
  return [...new Set([...given].map(([, name = '']) => name))].filter(
    (name) => ours.has(name) && environment[name] === undefined,
  )
}

/** Empty for what is not there or cannot be read. */
function startOf(path: string): string {
  try {
    // A pipe would be waited for.
    if (!statSync(path).isFile()) return ''
    const file = openSync(path, 'r')
    try {
      const buffer = Buffer.alloc(largestBytes)
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, largestBytes, 0))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

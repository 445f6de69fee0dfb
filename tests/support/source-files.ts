/** The project's own source as text, for the tests that hold it to its rules. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SourceFile {
  /** From the project's root, with slashes: `src/oidc/routes.ts`. */
  readonly path: string
  readonly text: string
  /** The text with comments and the insides of strings blanked, line for line. */
  readonly code: string
}

export interface Import {
  readonly from: string
  /** `import type`: gone at run time. */
  readonly typeOnly: boolean
  /** `import()`: loaded when it is reached, not with the file. */
  readonly later: boolean
}

export const projectRoot = join(import.meta.dirname, '..', '..')

export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => /\.tsx?$/.test(path))
      .sort()
      .map((path) => {
        const text = readFileSync(join(projectRoot, path), 'utf8')
        return { path, text, code: withoutCommentsAndStrings(text) }
      }),
  )
}

/** Comments go first in the alternation, so that a quote in one opens no string; a `//` in a string is eaten with it. */
const commentOrString =
  /\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g

const withoutCommentsAndStrings = (text: string) =>
  text.replace(commentOrString, (found) => found.replace(/[^\n]/g, ' '))

const statement =
  /^(?:import|export)\s+(type\s)?(?:[\w*\s{},$]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*(?:\)|,\s*\{ with: \{ type: '(?:json|file)')/gm

/** Every module that a file names, in order. Biome's formatting puts import statements at the line's start. */
export function importsOf(file: SourceFile): Import[] {
  return [...file.text.matchAll(statement)].map(([, type, fixed, dynamic]) => ({
    from: fixed ?? dynamic ?? '',
    typeOnly: type !== undefined,
    later: fixed === undefined,
  }))
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './source-files.ts'

/** The shell block of the README that holds `words`, as a person would copy it. */
export function readmeBlock(words: string): string {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
  const block = [...readme.matchAll(/```sh\n(.*?)```/gs)]
    .map((match) => match[1] ?? '')
    .find((text) => text.includes(words))
  if (block === undefined) throw new Error(`the README has no shell block with: ${words}`)
  return block
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './source-files.ts'

/** The shell block of a document that holds `words`, as a person would copy it. */
export function shellBlock(document: 'README.md' | 'DEPLOYMENT.md', words: string): string {
  const text = readFileSync(join(projectRoot, document), 'utf8')
  const block = [...text.matchAll(/```sh\n(.*?)```/gs)]
    .map((match) => match[1] ?? '')
    .find((block) => block.includes(words))
  if (block === undefined) throw new Error(`${document} has no shell block with: ${words}`)
  return block
}

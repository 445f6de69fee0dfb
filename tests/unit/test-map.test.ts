/** The map from specification to test (tests/http/README.md) names what is there, and all that is there. */
import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../support/source-files.ts'

const folder = join(projectRoot, 'tests/http')
const map = readFileSync(join(folder, 'README.md'), 'utf8')
const named = new Set([...map.matchAll(/`((?:\.\.\/)?[\w./-]+(?:\.ts|\/))`/g)].map(([, path = '']) => path))

describe('the map from specification to test', () => {
  test('names only what exists', () => {
    expect(named.size).toBeGreaterThan(40)
    expect([...named].filter((path) => !existsSync(join(folder, path)))).toEqual([])
  })

  test('names every test over HTTP', () => {
    const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'))
    expect(tests.filter((name) => !named.has(name))).toEqual([])
  })

  test('has a line for each of the 25 attacks and each row of the certification list', () => {
    const numbered = (heading: string) => {
      const [, table = ''] = map.split(heading)
      return [...(table.split('\n\n')[1] ?? '').matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
    }
    const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1)
    expect(numbered('The attacks, by number, the gravest first:')).toEqual(upTo(25))
    expect(numbered('Basic OP, by the number in the certification plan:')).toEqual(upTo(12))
  })
})

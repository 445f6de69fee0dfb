import type { EngineName } from './engines.ts'
import { type WorkloadName, workloads } from './workloads.ts'

export interface Options {
  readonly sizes: readonly number[]
  readonly engines: readonly EngineName[]
  readonly workloads: readonly WorkloadName[]
  readonly vectors: readonly boolean[]
  /** How many memories mem0 is given; 0 leaves it out. */
  readonly mem0: number
}

const usage = `usage: bun run bench:scale [options]
  --sizes 10000,100000,1000000      memories; of more than 100000 one owner has 100000 and 99 share the rest
  --engines sqlite,postgres         postgres needs DATABASE_URL, and is left out without it unless it is named
  --workloads short,frequent,long   what is stored and asked
  --vectors both|with|without       1000000 with vectors take half an hour and 4 GB an engine
  --mem0 10000                      how many memories mem0 (PyPI) is given beside; 0 leaves it out
A part of the whole run: bun run bench:scale --sizes 10000 --engines sqlite --workloads short --vectors without --mem0 0`

export function readOptions(given: readonly string[], environment: Record<string, string | undefined>): Options {
  if (given.includes('--help')) throw new Error(usage)
  const options = new Map<string, string>()
  for (let at = 0; at < given.length; at += 2) {
    const [name = '', value] = [given[at], given[at + 1]]
    if (!/^--(sizes|engines|workloads|vectors|mem0)$/.test(name) || value === undefined) throw new Error(usage)
    options.set(name.slice(2), value)
  }
  const list = <T extends string>(name: string, allowed: readonly T[], otherwise: readonly T[]): readonly T[] =>
    options
      .get(name)
      ?.split(',')
      .map((value) => {
        const found = allowed.find((one) => one === value)
        if (found === undefined) throw new Error(`--${name}: ${value} is none of ${allowed.join(', ')}\n${usage}`)
        return found
      }) ?? otherwise
  const numbers = (name: string, otherwise: string): number[] =>
    (options.get(name) ?? otherwise).split(',').map((value) => {
      if (!/^\d+$/.test(value)) throw new Error(`--${name}: ${value} is no number\n${usage}`)
      return Number(value)
    })
  const [vectors] = list('vectors', ['both', 'with', 'without'], ['both'])
  const engines: readonly EngineName[] = ['sqlite', 'postgres']
  return {
    sizes: numbers('sizes', '10000,100000,1000000'),
    engines: list('engines', engines, environment.DATABASE_URL === undefined ? ['sqlite'] : engines),
    workloads: list('workloads', Object.keys(workloads) as WorkloadName[], ['short', 'frequent', 'long']),
    vectors: vectors === 'both' ? [false, true] : [vectors === 'with'],
    mem0: numbers('mem0', '10000')[0] ?? 0,
  }
}

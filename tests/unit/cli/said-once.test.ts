import { expect, test } from 'bun:test'
import { saidOnce } from '../../../src/cli/said-once.ts'

test('what is found every two seconds is said when it changes, and once a minute', () => {
  const said: [number, string][] = []
  let seconds = 0
  const say = saidOnce((line) => said.push([seconds, line]), { now: () => seconds * 1_000 })
  for (; seconds < 130; seconds += 2) say(seconds < 100 ? 'Redis is not there.' : 'Postgres is not there.')
  expect(said).toEqual([
    [0, 'Redis is not there.'],
    [60, 'Redis is not there.'],
    [100, 'Postgres is not there.'],
  ])
})

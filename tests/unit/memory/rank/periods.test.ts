import { expect, test } from 'bun:test'
import { periodsIn } from '../../../../src/memory/rank/periods.ts'
import { words } from '../../../../src/memory/text/words.ts'

const now = Date.UTC(2026, 10, 27)
const periods = (text: string) => periodsIn(text, words(text), now)
const may = { from: Date.UTC(2024, 4, 2), to: Date.UTC(2024, 4, 5) }

test('a date is read beside words for stretches of time, of which there may be six before it', async () => {
  expect(
    await periods('It took 3 hours, 2 mins and 5s more, 2 days later another week, and a month on: 3 May 2024.'),
  ).toContainEqual(may)
  expect(
    await periods("It's what he'd say, and I'm sure he'd say that on 3 May 2024; it's what we'd do."),
  ).toContainEqual(may)
})

test('behind the seventh nothing is looked for: chrono reads each of them with all that follow', async () => {
  const text = (count: number) => `${'1 minute '.repeat(count)}on 3 May 2024`
  expect(await periods(text(6))).toContainEqual(may)
  expect(await periods(text(7))).not.toContainEqual(may)
  for (const unit of ['1h ', '2d ', 'an hr ', 'few weeks ', 'half a year '])
    expect(await periods(`${unit.repeat(7)}on 3 May 2024`)).not.toContainEqual(may)
})

import { inFewWords } from './ask.ts'
import { type Check, fail, type Observation, type Outcome, type Patient } from './check.ts'

export interface Line extends Observation {
  readonly check: string
}

/** Runs the checks in their order; one that breaks is a failure of its own; only a decisive one stops the others. */
export async function examine(
  patient: Patient,
  checks: readonly Check[],
  onLine: (line: Line) => void = () => {},
): Promise<readonly Line[]> {
  const lines: Line[] = []
  let cause: string | undefined
  for (const { name, run, decisive } of checks) {
    if (cause !== undefined) {
      keep({ check: name, outcome: 'skip', saw: `not looked at: ${cause} failed` })
      continue
    }
    const found = await run(patient).catch((error: unknown) =>
      fail(`the check itself failed: ${inFewWords(error)}`, 'Report this, with the line.'),
    )
    for (const observation of Array.isArray(found) ? (found as readonly Observation[]) : [found as Observation]) {
      keep({ check: name, ...observation })
      if (decisive && observation.outcome === 'fail') cause = name
    }
  }
  return lines

  function keep(line: Line): void {
    const told = { ...line, saw: plain(line.saw), ...(line.todo === undefined ? {} : { todo: plain(line.todo) }) }
    lines.push(told)
    onLine(told)
  }
}

const longestWords = 1_000

/** What a server said of itself neither moves the cursor nor fills the terminal nor poses as another line. */
const plain = (words: string): string => {
  const shown = words.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
  return shown.length <= longestWords ? shown : `${shown.slice(0, longestWords)}...`
}

/** 0 when all passed, 1 with warnings, 2 with failures. */
export function exitStatus(lines: readonly Observation[]): 0 | 1 | 2 {
  const has = (outcome: Outcome) => lines.some((line) => line.outcome === outcome)
  return has('fail') ? 2 : has('warn') ? 1 : 0
}

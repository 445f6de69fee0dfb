/** The scorer's metrics: any, mean and all of the gold items in the first few, in percent over questions. */
import type { Conversation } from './data.ts'

export type Run = ReadonlyMap<string, readonly string[]>
export interface Row {
  n: number
  sums: number[]
}
/** The scorer's depths. */
export const usualDepths = [5, 10] as const

/** A row for each category and `ALL`. A question missing from the run scores 0. */
export function score(
  conversations: readonly Conversation[],
  run: Run,
  depths: readonly number[] = usualDepths,
): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const { questions } of conversations) {
    for (const { id, category, gold } of questions) {
      const ranked = run.get(id) ?? []
      const values = depths.flatMap((k) => {
        const found = gold.filter((item) => ranked.slice(0, k).includes(item)).length
        return [found > 0 ? 1 : 0, found / gold.length, found === gold.length ? 1 : 0]
      })
      for (const name of [category, 'ALL']) {
        const row = rows.get(name) ?? { n: 0, sums: values.map(() => 0) }
        row.n += 1
        values.forEach((value, i) => {
          row.sums[i] = (row.sums[i] ?? 0) + value
        })
        rows.set(name, row)
      }
    }
  }
  return rows
}

export function table(rows: ReadonlyMap<string, Row>, depths: readonly number[] = usualDepths): string {
  const columns = depths.flatMap((k) => [`any@${k}`, `mean@${k}`, `all@${k}`])
  const lines = [`${'category'.padEnd(28)}${'n'.padStart(5)}${columns.map((name) => name.padStart(9)).join('')}`]
  const ordered = [...rows].sort(([a], [b]) => Number(a === 'ALL') - Number(b === 'ALL') || a.localeCompare(b))
  for (const [name, { n, sums }] of ordered) {
    lines.push(
      `${name.padEnd(28)}${String(n).padStart(5)}${sums.map((sum) => ((100 * sum) / n).toFixed(1).padStart(9)).join('')}`,
    )
  }
  return lines.join('\n')
}

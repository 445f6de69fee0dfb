/** Prints rows as a Markdown table, so that a run can be pasted where results are kept. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  console.log([line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n'), '\n')
}

export const fixed = (value: number, digits = 2): string => value.toFixed(digits)

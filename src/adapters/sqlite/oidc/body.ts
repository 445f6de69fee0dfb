/** What the stores of this folder wrote as JSON comes back as the record it was: nobody else writes the file. */
export interface BodyRow {
  readonly body: string
}

export const toBody = (record: object): string => JSON.stringify(record)

export const fromBody = <T>(row: BodyRow | undefined): T | undefined =>
  row === undefined ? undefined : (JSON.parse(row.body) as T)

/**
 * Everything an SQL engine keeps of memories, row by row, so that it can be moved or backed up whole. What is derived (the index,
 * vectors, the graph) is left out: it is made again. What memories are linked to beyond their text is derived by `write` itself.
 */
export const dumpTables = [
  'memory',
  'memory_category',
  'memory_event',
  'access_log',
  'access_rule',
  'preference',
  'extraction',
] as const
export type DumpTable = (typeof dumpTables)[number]

export const isDumpTable = (name: string): name is DumpTable => (dumpTables as readonly string[]).includes(name)

/** A row by its columns' names, which are the same in every SQL engine; booleans are booleans. */
export type DumpRow = Readonly<Record<string, string | number | boolean | null>>

/** Columns of backups that earlier versions made, which are kept no more. */
export const dumpedNoMore: Readonly<Partial<Record<DumpTable, ReadonlySet<string>>>> = {
  access_log: new Set(['query']),
}

export interface MemoryDump {
  /** Gives all rows as of one moment, table by table, in portions; others may write meanwhile. */
  read(each: (table: DumpTable, rows: readonly DumpRow[]) => Promise<void>): Promise<void>
  /**
   * Keeps rows in one transaction, and derives by which linked entities a search finds memories: when `work` throws, nothing was kept.
   * Faults: `conflict` when there are memories already.
   */
  write(work: (keep: (table: DumpTable, rows: readonly DumpRow[]) => Promise<void>) => Promise<void>): Promise<void>
}

/** Rows given at a time. */
export const dumpPortion = 500

/** Columns that are booleans, which SQLite keeps as 0 and 1. */
export const dumpBooleans: ReadonlySet<string> = new Set(['paused'])

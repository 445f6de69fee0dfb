/**
 * Everything a deployment keeps, as a stream of records: for souvenir backup, restore and migrate. Sessions, codes and tokens
 * are left out: people sign in again, and what a stolen backup holds opens nothing but the keys' own lock.
 */
import type { Config } from '../config/config.ts'
import { type DumpRow, type DumpTable, isDumpTable, type MemoryDump } from '../memory/dump/ports.ts'
import type { Client, Grant, KeyStore, OidcStores, StoredKey, User } from '../oidc/ports.ts'
import { Fault } from '../shared/fault.ts'
import { portions } from '../shared/portions.ts'
import { openBesideServer } from './beside-server.ts'
import { mayKeepMemories, mayKeepSignIn, nothingKeptIn } from './kept-here.ts'
import { memoryFileOf, openOnPostgres, openOnSqlite } from './memory-engine.ts'
import { openTogether } from './opening.ts'
import { keeping } from './transfer-undo.ts'

export type TransferRecord =
  | { readonly kind: 'user'; readonly value: User }
  | { readonly kind: 'client'; readonly value: Client }
  | { readonly kind: 'grant'; readonly value: Grant }
  | { readonly kind: 'key'; readonly value: StoredKey }
  | { readonly kind: 'row'; readonly table: DumpTable; readonly value: DumpRow }

/** One deployment, or a part of it, as what records come from or go to. */
export interface Place {
  readonly auth: { readonly stores: OidcStores; readonly keys: KeyStore } | undefined
  readonly memories: MemoryDump | undefined
  /** As a person knows them: `SQLite in /data`. */
  readonly engines: readonly string[]
  /** What to do where there is somebody or something already. */
  readonly toFill: string
  close(): Promise<void>
}

/** A place to read from, as far as there is anything of the parts. @throws Fault `not_found` where there is nothing */
export async function openKept(config: Config, parts = { auth: true, memories: true }): Promise<Place> {
  const kept = {
    auth: parts.auth && mayKeepSignIn(config),
    memories: parts.memories && mayKeepMemories(config),
  }
  if (!kept.auth && !kept.memories) throw nothingKeptIn(config, 'DATA_DIR, REDIS_URL and DATABASE_URL')
  return openPlace(config, kept)
}

/** A place to fill. Which parts to open: all, or those whose engine is configured. */
export const openPlace = (config: Config, parts = { auth: true, memories: true }): Promise<Place> =>
  openTogether(async ({ onClose, close }) => {
    const engines: string[] = []
    const auth = parts.auth ? await openAuth() : undefined
    return { auth, memories: parts.memories ? await openMemories() : undefined, engines, toFill: toFill(config), close }

    async function openAuth() {
      const { engine } = await openBesideServer(config, true)
      onClose(() => engine.close())
      engines.push(`sign-in on ${engine.name}`)
      return { stores: engine.stores, keys: await engine.openKeyStore() }
    }

    async function openMemories(): Promise<MemoryDump> {
      const { databaseUrl } = config
      if (databaseUrl === undefined) {
        const { sqliteMemoryDump } = await import('../adapters/sqlite/memory/dump.ts')
        await (await openOnSqlite(config)).close()
        engines.push('memories on SQLite')
        return sqliteMemoryDump(memoryFileOf(config))
      }
      const { postgresMemoryDump } = await import('../adapters/postgres/memory/dump.ts')
      await (await openOnPostgres(databaseUrl)).close()
      const dump = postgresMemoryDump({ url: databaseUrl })
      onClose(() => dump.close())
      engines.push('memories on Postgres')
      return dump
    }
  })

/**
 * Gives every record of a place: rows of memories as of one moment, then people, clients and keys, each as it is when its turn comes, as no
 * engine has one moment of both.
 * @throws Fault `conflict` where there is none: more likely another folder than the server's than a backup of nothing
 */
export async function readPlace(
  { auth, memories, engines }: Place,
  take: (records: readonly TransferRecord[]) => Promise<void>,
): Promise<void> {
  let count = 0
  const each = (records: readonly TransferRecord[]) => {
    count += records.length
    return take(records)
  }
  await memories?.read((table, rows) => each(rows.map((value) => ({ kind: 'row', table, value }))))
  if (auth !== undefined) await readAuth(auth, each)
  if (count === 0) {
    throw new Fault(
      'conflict',
      `Nothing is kept there (${engines.join(', ')}). Set DATA_DIR, REDIS_URL and DATABASE_URL as they are set for the server.`,
      { code: 'nothing_kept' },
    )
  }
}

async function readAuth(
  { stores, keys }: NonNullable<Place['auth']>,
  each: (records: readonly TransferRecord[]) => Promise<void>,
): Promise<void> {
  for await (const users of portions(stores.users.list)) {
    await each(users.map((value) => ({ kind: 'user', value })))
    for (const { id } of users) {
      for await (const grants of portions<Grant>((limit, after) => stores.grants.listInOrder(id, limit, after))) {
        await each(grants.map((value) => ({ kind: 'grant', value })))
      }
    }
  }
  for await (const clients of portions(stores.clients.list)) {
    await each(clients.map((value) => ({ kind: 'client', value })))
  }
  if (keys.writable) await each((await keys.load()).map((value) => ({ kind: 'key', value })))
}

/** A place is emptied by nobody but its owner: another is named, or this one is moved away. */
const toFill = ({ dataDir, redisUrl, databaseUrl }: Config): string =>
  [
    ...(redisUrl === undefined || databaseUrl === undefined
      ? [`DATA_DIR is ${dataDir}: set it to an empty folder, or move this one away.`]
      : []),
    ...(redisUrl === undefined ? [] : ['REDIS_URL needs an empty Redis, or another REDIS_KEY_PREFIX.']),
    ...(databaseUrl === undefined ? [] : ['DATABASE_URL needs an empty database.']),
  ].join(' ')

/**
 * Keeps records in an empty place. Faults: `conflict` when somebody is there already, `invalid` (`backup_broken`) for records of which
 * one excludes another. Memories are one transaction, and come last of all to be durable: where they or the keys are refused nothing is kept.
 */
export async function writePlace(
  { auth, memories, toFill }: Place,
  give: (take: (records: readonly TransferRecord[]) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (auth !== undefined && (await auth.stores.users.list(1)).length > 0) {
    throw new Fault(
      'conflict',
      `People are signed up there already: only an empty deployment can be filled. ${toFill}`,
      {
        code: 'not_empty',
      },
    )
  }
  const kept = auth === undefined ? undefined : keeping(auth)
  const take = (keep: (table: DumpTable, rows: readonly DumpRow[]) => Promise<void>) =>
    async function takeAll(records: readonly TransferRecord[]): Promise<void> {
      for (const [table, rows] of rowsByTable(records)) await keep(table, rows)
      for (const record of records) await kept?.keep(record)
    }
  const giveAll = async (keep: Parameters<typeof take>[0]) => {
    await give(take(keep))
    await kept?.keepRing()
  }
  try {
    if (memories === undefined) await giveAll(async () => {})
    else await memories.write(giveAll)
  } catch (error) {
    await kept?.undo()
    if (error instanceof Fault && error.code === 'not_empty')
      throw new Fault(error.kind, `${error.message} ${toFill}`, { code: error.code })
    throw error
  }
}

function rowsByTable(records: readonly TransferRecord[]): Map<DumpTable, DumpRow[]> {
  const tables = new Map<DumpTable, DumpRow[]>()
  for (const record of records) {
    if (record.kind !== 'row') continue
    if (!isDumpTable(record.table)) throw new Fault('invalid', 'The backup holds a table that is not known here.')
    const rows = tables.get(record.table) ?? []
    tables.set(record.table, rows)
    rows.push(record.value)
  }
  return tables
}

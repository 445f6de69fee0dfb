/**
 * The items nearest to a question in SQLite: chosen by codes of one bit, compared by rounded vectors, both kept in memory, and read
 * whole where they are not known yet or their exact cosines count.
 */
import { leastOf, likenessOf, likenessToBytes, mostAlike, vectorFrom, wordsOf } from '../../../memory/index/codes.ts'
import type { CodeRow, KeptCodes } from '../../../memory/index/kept-codes.ts'
import type { Likenesses, NearestRequest } from '../../../memory/index/ports.ts'
import type { Database } from '../database.ts'

/** How many rounded vectors a search takes in, until all are known: all at once would have the first search of a large owner wait. */
const roundedAtOnce = 16_384
/** The same where only whole ones are kept, as programs did before. */
const readToRoundAtOnce = 256

/** The cosines of the items whose codes are nearest, of those asked for besides, and of those beside either. */
export function nearestItems(db: Database, owner: number, kept: KeptCodes, request: NearestRequest): Likenesses {
  const { vector, count } = request
  const row = db.get<{ space: string; version: number }>('SELECT space, version FROM index_owner WHERE key = ?', owner)
  if (row?.space !== request.space) return { cosines: new Map() }
  kept.begin(row.space)
  if (kept.version !== row.version) bringCodesForward(db, owner, kept, row.version)
  const { table } = kept
  if (table === undefined || table.words !== wordsOf(vector.length)) return { cosines: new Map() }
  takeInRounded(db, owner, kept)
  const compared = comparison(db, owner, kept, request)
  compared.add(table.nearest(vector, count, (at) => request.accept(at)))
  compared.settle(count)
  const near = [...mostAlike(compared.cosines, count), ...request.also, ...request.sample]
  const wanted = new Set([...near, ...near.flatMap((one) => request.beside(one))])
  compared.add([...wanted])
  return compared.likenesses(wanted)
}

/** What is known of items in one search. */
function comparison(db: Database, owner: number, kept: KeptCodes, request: NearestRequest) {
  const { vector, accept } = request
  const { rounded } = kept
  const cosines = new Map<number, number>()
  const whole = new Map<number, number>()
  const sample = new Set([...request.sample, ...request.sample.flatMap((one) => request.beside(one))])
  kept.keepWhole(sample)
  for (const [at, one] of kept.whole) whole.set(at, likenessOf(vector, one))
  const besides = kept.unrounded.splice(0, readToRoundAtOnce)

  function read(ordinals: readonly number[]): void {
    const unread = [...ordinals.filter((at) => !whole.has(at)), ...besides.splice(0)]
    if (unread.length === 0) return
    // One statement for all: one for each takes longer than reading and comparing.
    const rows = db.all<{ ordinal: number; vector: Uint8Array }>(
      'SELECT ordinal, vector FROM index_vector WHERE owner = ? AND ordinal IN (SELECT value FROM json_each(?))',
      owner,
      JSON.stringify(unread),
    )
    for (const { ordinal, vector: bytes } of rows) {
      whole.set(ordinal, likenessToBytes(vector, bytes))
      if (sample.has(ordinal)) kept.whole.set(ordinal, vectorFrom(bytes))
      if (!rounded.has(ordinal)) rounded.put(ordinal, vectorFrom(bytes))
    }
  }

  function exact(ordinals: readonly number[]): ReadonlyMap<number, number> {
    read(ordinals)
    return new Map(
      ordinals.flatMap((at) => {
        const cosine = whole.get(at)
        return cosine === undefined ? [] : [[at, cosine] as const]
      }),
    )
  }

  return {
    cosines,
    /** Compares accepted items, whole where they are not known. */
    add(ordinals: readonly number[]): void {
      const cosineOf = rounded.cosinesWith(vector)
      const unknown: number[] = []
      for (const at of ordinals) {
        if (cosines.has(at) || !accept(at)) continue
        const cosine = whole.get(at) ?? cosineOf(at)
        if (cosine === undefined) unknown.push(at)
        else cosines.set(at, cosine)
      }
      for (const [at, cosine] of exact(unknown)) cosines.set(at, cosine)
    },
    /** Compares whole what may or may not be among the `count` most alike. */
    settle(count: number): void {
      if (cosines.size < count) return
      const last = leastOf(cosines, count)
      const width = 2 * rounded.error
      const doubtful: number[] = []
      for (const [at, cosine] of cosines) if (Math.abs(cosine - last) <= width) doubtful.push(at)
      for (const [at, cosine] of exact(doubtful)) cosines.set(at, cosine)
    },
    likenesses(wanted: ReadonlySet<number>): Likenesses {
      for (const at of cosines.keys()) if (!wanted.has(at)) cosines.delete(at)
      const areExact = [...cosines.keys()].every((at) => whole.has(at))
      return { cosines, rounding: areExact ? undefined : { error: rounded.error, exact } }
    },
  }
}

function takeInRounded(db: Database, owner: number, kept: KeptCodes): void {
  const { rounded } = kept
  const next = kept.nextToRound(roundedAtOnce)
  const [first, last] = [next[0], next.at(-1)]
  if (first === undefined || last === undefined) return
  const rows = db.all<{ ordinal: number; rounded: Uint8Array }>(
    'SELECT ordinal, rounded FROM index_code WHERE owner = ? AND ordinal BETWEEN ? AND ? AND rounded IS NOT NULL',
    owner,
    first,
    last,
  )
  for (const row of rows) if (!rounded.has(row.ordinal)) rounded.putBytes(row.ordinal, row.rounded)
  if (!rounded.full) kept.unrounded.push(...next.filter((ordinal) => !rounded.has(ordinal)))
}

function bringCodesForward(db: Database, owner: number, kept: KeptCodes, version: number): void {
  // All of them stand in the table by ordinal: by version each would be looked up.
  const rows =
    kept.version < 0
      ? db.all<CodeRow>('SELECT ordinal, code, passage FROM index_code WHERE owner = ?', owner)
      : db.all<CodeRow>(
          'SELECT ordinal, code, passage, rounded FROM index_code WHERE owner = ? AND version > ?',
          owner,
          kept.version,
        )
  kept.bringForward(version, rows)
}

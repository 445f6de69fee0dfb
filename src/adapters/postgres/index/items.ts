/** What ranking knows of items, as rows, and as a list of values for each column where they are many. */
import type { IndexedRow } from '../../../memory/index/kept-index.ts'

const columns = [
  ...[
    'i.ordinal',
    'i.length',
    'i.language',
    'i.traits',
    'm.thread_id',
    'm.position',
    'm.speaker_kind',
    'm.speaker_name',
  ],
  ...['m.app_id', 'm.categories', 'm.state', 'm.occurred_at', 'm.created_at', 'm.valid_from', 'm.valid_to'],
]

/** The columns of an `IndexedRow`, of `index_item AS i` and `memory AS m`. */
export const itemColumns = columns.join(', ')

/** The columns of an `ItemLists`, where rows are grouped. 100,000 rows one by one take the process four times as long to read. */
export const itemLists = columns.map((column) => `json_agg(${column}) AS ${column.slice(2)}`).join(', ')

export type ItemLists = { readonly [Column in keyof IndexedRow]: readonly IndexedRow[Column][] }

/** In ascending order of ordinals: threads are put together faster from their beginning on. Groups come in any order. */
export const itemsOf = (groups: readonly ItemLists[]): readonly IndexedRow[] =>
  groups.flatMap(itemsIn).sort((left, right) => left.ordinal - right.ordinal)

/** Every list has a value of every item, in the same order. */
const itemsIn = (lists: ItemLists): readonly IndexedRow[] =>
  lists.ordinal.map((ordinal, at) => {
    const of = <Column extends keyof IndexedRow>(column: Column) => lists[column][at] as IndexedRow[Column]
    return {
      ordinal,
      length: of('length'),
      language: of('language'),
      traits: of('traits'),
      thread_id: of('thread_id'),
      position: of('position'),
      speaker_kind: of('speaker_kind'),
      speaker_name: of('speaker_name'),
      app_id: of('app_id'),
      categories: of('categories'),
      state: of('state'),
      occurred_at: of('occurred_at'),
      created_at: of('created_at'),
      valid_from: of('valid_from'),
      valid_to: of('valid_to'),
    }
  })

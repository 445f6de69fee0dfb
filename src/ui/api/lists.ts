/** Lists of memories, found by what a person chose in the page's filters. */
import type { ListName } from '../../memory/rank/rank.ts'
import type { Api } from './api.ts'
import type { Paged, State, WireMemory } from './memories.ts'

/** How a list is ordered; `best` where something is looked for: what answers the question best comes first. */
export const orders = ['best', 'newest', 'oldest', 'text', 'app'] as const
export type Order = (typeof orders)[number]

export interface Chosen {
  readonly question: string
  /** What is in use (active or paused) unless one is named. */
  readonly state: State | undefined
  readonly category: string
  readonly app: string
  /** Days, `2026-11-01`, both included. */
  readonly from: string
  readonly to: string
  readonly order: Order
  readonly page: number
}

/** The latest `count` of those in use. */
export const latestMemories = async (api: Api, count: number): Promise<readonly WireMemory[]> =>
  (await api.ask<Paged<WireMemory>>('POST', '/memories/filter', { body: { size: count } })).items

/**
 * Why a memory was found: the words it shares with the question, entities of the question that it is linked to, the place in each list
 * that ranked it, and the memories of events that the question tells its time from (`two weeks before the trip`).
 */
interface Why {
  readonly matched: readonly string[]
  readonly entities?: readonly string[]
  readonly lists: readonly { readonly name: ListName; readonly rank: number }[]
  readonly events?: readonly { readonly phrase: string; readonly memory: string }[]
}

export interface Listed extends WireMemory {
  readonly why?: Why
}

export interface MemoryList extends Paged<Listed> {
  /** Whether it is the answer to a question, best first, and not a page of all. */
  readonly best: boolean
  /** What the search had to do without: `embedder`, `vectors`, `index`. */
  readonly degraded: readonly string[]
  /** Whether nothing was found where no model knows that other words mean the same. */
  readonly wordsAlone: boolean
}

const pageSize = 20
const mostFound = 50

/** Recall ranks what is active; with a state named, or another order, the letters are looked for instead. */
export const isRecall = ({ question, order, state }: Chosen): boolean =>
  question !== '' && order === 'best' && (state === undefined || state === 'active')

export const listMemories = (api: Api, chosen: Chosen): Promise<MemoryList> =>
  isRecall(chosen) ? recall(api, chosen) : page(api, chosen)

async function recall(api: Api, { question, category, app, from, to }: Chosen): Promise<MemoryList> {
  const answer = await api.ask<{ results: readonly Listed[]; degraded?: readonly string[]; notice?: string }>(
    'POST',
    '/memories/search',
    {
      body: {
        query: question,
        limit: mostFound,
        ...(category === '' ? {} : { categories: [category] }),
        ...(app === '' ? {} : { app }),
        ...(from === '' ? {} : { from: startOf(from).toISOString() }),
        ...(to === '' ? {} : { to: endOf(to).toISOString() }),
      },
    },
  )
  const { results, degraded = [], notice } = answer
  const wordsAlone = results.length === 0 && notice !== undefined
  return { items: results, total: results.length, page: 1, size: mostFound, best: true, degraded, wordsAlone }
}

async function page(api: Api, chosen: Chosen): Promise<MemoryList> {
  const { question, state, category, app, from, to } = chosen
  const answer = await api.ask<Paged<WireMemory>>('POST', '/memories/filter', {
    body: {
      page: chosen.page,
      size: pageSize,
      ...sorting[chosen.order],
      ...(question === '' ? {} : { search_query: question }),
      ...(state === undefined ? {} : { states: [state] }),
      ...(category === '' ? {} : { category_ids: [category] }),
      ...(app === '' ? {} : { app_ids: [app] }),
      ...(from === '' ? {} : { from_date: seconds(startOf(from)) }),
      ...(to === '' ? {} : { to_date: seconds(endOf(to)) }),
    },
  })
  return {
    items: answer.items,
    total: answer.total,
    page: chosen.page,
    size: pageSize,
    best: false,
    degraded: [],
    wordsAlone: false,
  }
}

const sorting = {
  best: {},
  newest: { sort_column: 'created_at', sort_direction: 'desc' },
  oldest: { sort_column: 'created_at', sort_direction: 'asc' },
  text: { sort_column: 'memory', sort_direction: 'asc' },
  app: { sort_column: 'app_name', sort_direction: 'asc' },
} as const satisfies Record<Order, object>

const startOf = (day: string) => new Date(`${day}T00:00:00Z`)
const endOf = (day: string) => new Date(`${day}T23:59:59Z`)
const seconds = (date: Date) => Math.floor(date.getTime() / 1000)

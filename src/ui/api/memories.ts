/** The API's operations on memories, as the pages ask for them. The shapes are those of the operations' bindings. */
import type { WireMemory } from '../../memory/present.ts'
import type { Api } from './api.ts'

export type { WireMemory }

export interface Paged<T> {
  readonly items: readonly T[]
  readonly total: number
  readonly page: number
  readonly size: number
}

/** What of a memory a person writes. */
export interface Written {
  readonly text: string
  readonly categories: readonly string[]
  /** ISO 8601, or empty for none. */
  readonly occurredAt: string
}

export type State = 'active' | 'paused' | 'archived'

const at = (id: string) => `/memories/${encodeURIComponent(id)}`

/** Throws `Fault('not_found')` for what is not there or not theirs. */
export const readMemory = (api: Api, id: string) => api.ask<WireMemory>('GET', at(id))

export const relatedMemories = async (api: Api, id: string) =>
  (await api.ask<{ items: readonly WireMemory[] }>('GET', `${at(id)}/related`)).items

export interface HistoryEvent {
  readonly seq: number
  readonly kind: string
  readonly app_id: string
  readonly app_name: string
  readonly at: string
  readonly other_id?: string
  readonly before?: { readonly text: string; readonly state: State; readonly categories: readonly string[] }
}

/** How often an app was given a memory on one day, and when last. */
export interface ReadingDay {
  readonly app_id: string
  readonly app_name: string
  readonly last_accessed_at: string
  readonly access_count: number
}

export async function memoryHistory(api: Api, id: string, page: number, size: number): Promise<Paged<HistoryEvent>> {
  const query = { page, page_size: size }
  const answer = await api.ask<{ events: readonly HistoryEvent[]; total: number }>('GET', `${at(id)}/history`, {
    query,
  })
  return { items: answer.events, total: answer.total, page, size }
}

export async function accessDays(api: Api, id: string, page: number, size: number): Promise<Paged<ReadingDay>> {
  const query = { page, page_size: size }
  const answer = await api.ask<{ days: readonly ReadingDay[]; total: number }>('GET', `${at(id)}/access-log/days`, {
    query,
  })
  return { items: answer.days, total: answer.total, page, size }
}

export type Added = WireMemory & { readonly status: 'added' | 'duplicate' | 'recalled'; readonly note?: string }

export const addMemory = (api: Api, { text, categories, occurredAt }: Written) =>
  api.ask<Added>('POST', '/memories/', {
    body: {
      text,
      ...(categories.length === 0 ? {} : { categories }),
      ...(occurredAt === '' ? {} : { occurred_at: occurredAt }),
    },
  })

/** Throws `Fault('precondition_failed')` when it has another version by now. */
export const changeMemory = (
  api: Api,
  id: string,
  { text, categories, occurredAt }: Written,
  ifVersion: number | undefined,
) =>
  api.ask<WireMemory>('PUT', at(id), {
    body: { memory_content: text, categories, ...(occurredAt === '' ? {} : { occurred_at: occurredAt }) },
    ifVersion,
  })

export const undoChange = (api: Api, id: string) => api.ask<WireMemory>('POST', `${at(id)}/undo`)

/** How many changed. */
export const setState = async (api: Api, ids: readonly string[], state: State) =>
  (await api.ask<{ changed: number }>('POST', '/memories/actions/pause', { body: { memory_ids: ids, state } })).changed

/** How many were erased, for good. Throws `Fault('not_found')` when there was none. */
export const deleteMemories = async (api: Api, ids: readonly string[]) =>
  (await api.ask<{ deleted: readonly string[] }>('DELETE', '/memories/', { body: { memory_ids: ids } })).deleted.length

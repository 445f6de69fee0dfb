/** The API's operations on memories, as the pages ask for them. The shapes are those of the operations' bindings. */
import type { WireMemory } from '../../memory/present.ts'
import type { Api } from './api.ts'

export type { WireMemory }

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
  readonly before?: { readonly text: string; readonly state: string; readonly categories: readonly string[] }
}

export interface Reading {
  readonly id: number
  readonly app_id: string
  readonly app_name: string
  readonly access_type: 'search' | 'read'
  readonly query?: string
  readonly score?: number
  readonly accessed_at: string
}

export interface Paged<T> {
  readonly items: readonly T[]
  readonly total: number
  readonly page: number
  readonly size: number
}

export async function memoryHistory(api: Api, id: string, page: number, size: number): Promise<Paged<HistoryEvent>> {
  const query = { page, page_size: size }
  const answer = await api.ask<{ events: readonly HistoryEvent[]; total: number }>('GET', `${at(id)}/history`, {
    query,
  })
  return { items: answer.events, total: answer.total, page, size }
}

export async function accessLog(api: Api, id: string, page: number, size: number): Promise<Paged<Reading>> {
  const query = { page, page_size: size }
  const answer = await api.ask<{ logs: readonly Reading[]; total: number }>('GET', `${at(id)}/access-log`, { query })
  return { items: answer.logs, total: answer.total, page, size }
}

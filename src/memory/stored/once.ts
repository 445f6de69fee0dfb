/** Rows of writes that happen once, of the same shape in every SQL engine, and what they mean for who comes again. Pure. */
import type { Migration } from '../../shared/migrations.ts'
import type { Begun } from '../ports.ts'

export interface OnceRow {
  readonly fingerprint: string
  readonly state: 'running' | 'done' | 'erased'
  /** JSON, where it is done; while it runs, not null once what it returns is not to be kept. */
  readonly result: string | null
}

/** By which a claim of a key is told from the one before it. */
export const claimsOfKeys = (text: 'TEXT' | 'text COLLATE "C"'): Migration => ({
  name: 'claims of Idempotency-Keys',
  sql: `ALTER TABLE once ADD COLUMN claim ${text} NOT NULL DEFAULT ''`,
})

/** A claim of a process that died is free again after this. */
export const claimMs = 60_000

/** What somebody is told who finds a key claimed. */
export function claimedBy(row: OnceRow, fingerprint: string): Begun<unknown> {
  if (row.fingerprint !== fingerprint) return { kind: 'other_input' }
  if (row.state === 'done' && row.result !== null) return { kind: 'done', result: JSON.parse(row.result) }
  return { kind: row.state === 'running' ? 'running' : 'erased' }
}

/**
 * Sets that a kept result is gone: it may hold a text, and which ones do is not worth knowing. What still runs gets a mark in
 * place of its result, so that what it returns is not kept.
 */
export const setForgotten = `result = CASE state WHEN 'running' THEN 'null' END,
  state = CASE state WHEN 'running' THEN 'running' ELSE 'erased' END`

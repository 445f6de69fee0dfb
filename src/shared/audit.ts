/**
 * The audit log: what happened that matters for security, one JSON line an event, `"audit"` naming it. It says who by hashes and
 * ids alone: no name, no address, no text, no token.
 */
import { sha256 } from './hash.ts'
import type { Log } from './log.ts'
import { memoized } from './memoized.ts'

export type AuditEvent =
  | 'sign_in'
  | 'sign_in_refused'
  | 'signed_out'
  | 'consent_given'
  | 'consent_denied'
  | 'client_registered'
  | 'client_changed'
  | 'client_deleted'
  | 'tokens_issued'
  | 'token_refused'
  | 'token_revoked'
  | 'code_replayed'
  | 'refresh_token_reused'
  | 'grant_revoked'
  | 'key_rotated'
  | 'memories_deleted'

export interface AuditDetail {
  readonly requestId?: string | undefined
  readonly clientId?: string | undefined
  /** Whose it is; logged as the hash that the request's own line carries. */
  readonly ownerId?: string | undefined
  /** A word of the code's own, never of the caller's. */
  readonly reason?: string | undefined
  readonly kid?: string | undefined
}

/** Writes one event. */
export function audit(log: Log, event: AuditEvent, { ownerId, clientId, ...detail }: AuditDetail): void {
  log.info(
    {
      audit: event,
      ...detail,
      ...(clientId === undefined ? {} : { client: clientId }),
      ...(ownerId === undefined ? {} : { user: userHash(ownerId) }),
    },
    'audit',
  )
}

/** Makes a person's lines findable without naming them: 12 characters of a SHA-256. */
export const userHash = memoized(1_000, (ownerId) => sha256(`log:${ownerId}`).slice(0, 12))

/**
 * The audit log: what happened that matters for security, one JSON line an event, `"audit"` naming it. It says who by hashes and
 * ids alone: no name, no address, no text, no token.
 */
import { sha256 } from './hash.ts'
import { type Log, lineWriter } from './log.ts'
import { memoized } from './memoized.ts'

/** Beside `token_refused`, which `auditRefusedToken` writes. */
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

/**
 * Writes that a request's access token was refused, and why. It is a line of its request: strangers bring about any number of them, and
 * where the log's reader has stopped they must not take the room of the other events.
 */
export function auditRefusedToken(log: Log, requestId: string, reason: string): void {
  const said = `"requestId":${JSON.stringify(requestId)},"reason":${JSON.stringify(reason)}`
  lineWriter(log, 'warn')?.(`"audit":"token_refused",${said},"msg":"Invalid token"`)
}

/** Makes a person's lines findable without naming them: 12 characters of a SHA-256. */
export const userHash = memoized(1_000, (ownerId) => sha256(`log:${ownerId}`).slice(0, 12))

import type { ClientId, FamilyId, GrantId, OwnerId } from '../shared/brand.ts'

/** Who posted a message to a stream, as the token of that POST said. Plain data, so that it can go to another process. */
export interface StreamSender {
  readonly ownerId: OwnerId
  readonly clientId: ClientId
  readonly scopes: readonly string[]
  readonly tokenId: string
  readonly grantId: GrantId | undefined
  readonly familyId: FamilyId | undefined
  /** Unix seconds. */
  readonly expiresAt: number
}

/** A JSON-RPC message on its way from a POST to the process that holds the stream. */
export interface PostedMessage {
  readonly sender: StreamSender
  readonly requestId: string
  /** Parsed JSON, not yet looked at. */
  readonly message: unknown
}

/**
 * - `accepted`: the stream's server has it
 * - `not_yours`: the stream was opened by another authorization
 * - `malformed`: not a JSON-RPC message
 * - `unknown`: no process holds that stream (any more)
 */
export type PostOutcome = 'accepted' | 'not_yours' | 'malformed' | 'unknown'

/** Brings a POST to the stream it belongs to, whichever process holds it. */
export interface StreamHandover {
  /** From now on `receive` gets what is posted to `sessionId`, in order. Resolves when that is so; returns how to stop. */
  open(sessionId: string, receive: (posted: PostedMessage) => PostOutcome): Promise<() => Promise<void>>
  /** Resolves with what the stream's holder said, `unknown` if none answers within 2 s. Throws `Fault('unavailable')`. */
  post(sessionId: string, posted: PostedMessage): Promise<PostOutcome>
  close(): Promise<void>
}

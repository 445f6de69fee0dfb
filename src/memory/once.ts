/** Writes with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the first one runs, the others get its result. */
import { Fault } from '../shared/fault.ts'
import { sha256 } from '../shared/hash.ts'
import type { AnyOperation, Caller } from './operation.ts'
import type { Onces } from './ports.ts'

const keepMs = 24 * 60 * 60_000

/**
 * Runs `work` unless this app has used the caller's key in the last 24 hours; then gives the first result again.
 * A process that dies between the write and keeping its result lets the key go after a minute; the write is then repeated,
 * which for a text that is known by then gives the memory it made.
 * @throws Fault `conflict` when the key came with another input, when its first request still runs, or when what it
 * returned was erased since
 */
export async function once<T>(
  store: Onces,
  { ownerId, appId, idempotencyKey, nowMs }: Caller,
  { name, effect }: Pick<AnyOperation<unknown>, 'name' | 'effect'>,
  input: unknown,
  work: () => Promise<T>,
): Promise<T> {
  if (idempotencyKey === undefined) return work()
  const key = sha256(idempotencyKey)
  const begun = await store.beginOnce(ownerId, appId, key, sha256(JSON.stringify([name, input])), nowMs)
  // The result was made by this same operation: its type is known.
  if (begun.kind === 'done') return begun.result as T
  if (begun.kind !== 'begin') throw refusals[begun.kind]()
  try {
    const result = await work()
    // A deletion tells what it deleted by id, and is itself what erased meanwhile.
    await store.endOnce(ownerId, appId, key, { result, holdsTexts: effect !== 'destroy' }, nowMs + keepMs)
    return result
  } catch (error) {
    await store.dropOnce(ownerId, appId, key)
    throw error
  }
}

const conflict = (code: string, message: string): Fault =>
  new Fault('conflict', message, { code, field: 'idempotency-key' })

const refusals = {
  running: () => conflict('idempotency_key_running', 'The first request with this key still runs. Try again.'),
  other_input: () =>
    conflict('idempotency_key_reused', 'This key was used with another request. Use a new key for each.'),
  erased: () =>
    conflict(
      'idempotency_result_erased',
      'This key was used, and since then memories were deleted or this app was limited. Use a new key.',
    ),
}

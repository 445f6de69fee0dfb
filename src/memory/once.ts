/** Writes with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the first one runs, the others get its result. */
import { Fault } from '../shared/fault.ts'
import { sha256 } from '../shared/hash.ts'
import type { AnyOperation, Caller } from './operation.ts'
import type { MemoryServices } from './services.ts'

const keepMs = 24 * 60 * 60_000
const tokenBytes = 16

/**
 * Runs `work` unless this app has used the caller's key in the last 24 hours; then gives the first result again.
 * Where the write is made and its result cannot be kept, as where the process dies in between, the key is free again a minute after it
 * was claimed; who sends it once more then repeats the write, which for a text that is known by then gives the memory it made.
 * @throws Fault `conflict` when the key came with another input, when its first request still runs, or when what it
 * returned was erased since
 */
export async function once<T>(
  { store, random }: Pick<MemoryServices, 'store' | 'random'>,
  { ownerId, appId, idempotencyKey, nowMs }: Caller,
  { name, effect }: Pick<AnyOperation<unknown>, 'name' | 'effect'>,
  input: unknown,
  work: () => Promise<T>,
): Promise<T> {
  if (idempotencyKey === undefined) return work()
  const claim = { key: sha256(idempotencyKey), token: random.token(tokenBytes) }
  const begun = await store.beginOnce(ownerId, appId, claim, sha256(JSON.stringify([name, input])), nowMs)
  // The result was made by this same operation: its type is known.
  if (begun.kind === 'done') return begun.result as T
  if (begun.kind !== 'begin') throw refusals[begun.kind]()
  let result: T
  try {
    result = await work()
  } catch (error) {
    // Why it failed is what is to be told; a claim that cannot be given up runs out.
    await store.dropOnce(ownerId, appId, claim).catch(() => undefined)
    throw error
  }
  // A deletion tells what it deleted by id, and is itself what erased meanwhile.
  const kept = { result, holdsTexts: effect !== 'destroy' }
  try {
    await store.endOnce(ownerId, appId, claim, kept, nowMs + keepMs)
  } catch (error) {
    // The write is made: whoever is told that the engine does not answer sends it again.
    if (!(error instanceof Fault)) throw error
  }
  return result
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

/** Two steps for what cannot be undone: the first call is given a token, and the second goes through with it. */
import { Fault } from '../shared/fault.ts'
import { hashToken } from '../shared/hash.ts'
import type { Caller } from './operation.ts'
import type { MemoryServices } from './services.ts'

const confirmationMs = 5 * 60_000

/** What can be confirmed. A token is for one action, of one person through one app. */
type Action = 'delete_all' | 'delete_account'

/** A token with which the caller can confirm within five minutes. */
export async function askToConfirm(
  { store, random }: Pick<MemoryServices, 'store' | 'random'>,
  { ownerId, appId, nowMs }: Caller,
  action: Action,
): Promise<string> {
  const token = random.token(18)
  await store.keepConfirmation(ownerId, appId, action, hashToken(token), nowMs, nowMs + confirmationMs)
  return token
}

/** Takes a token: it confirms once. @throws Fault `invalid` */
export async function assertConfirmed(
  { store }: Pick<MemoryServices, 'store'>,
  { ownerId, appId, nowMs }: Caller,
  action: Action,
  token: string,
): Promise<void> {
  if (await store.takeConfirmation(ownerId, appId, action, hashToken(token), nowMs)) return
  throw new Fault('invalid', 'This confirmation is not valid any more. Begin again without one.', {
    code: 'confirmation_invalid',
    field: 'confirmation',
  })
}

/** What is kept of people, clients, grants and keys while a place is filled, and how it goes again: no transaction is over all of them. */
import type { KeyStore, OidcStores, StoredKey } from '../oidc/ports.ts'
import { Fault } from '../shared/fault.ts'
import type { TransferRecord } from './transfer.ts'

interface SignIn {
  readonly stores: Pick<OidcStores, 'users' | 'clients' | 'grants'>
  readonly keys: KeyStore
}

export function keeping({ stores: { users, clients, grants }, keys }: SignIn) {
  const ring: StoredKey[] = []
  const undoing: (() => Promise<unknown>)[] = []
  return {
    /** @throws Fault `invalid` (`backup_broken`) for a second person of one id or identity */
    async keep(record: TransferRecord): Promise<void> {
      if (record.kind === 'user') {
        await users.create(record.value).catch(twice)
        undoing.push(() => users.delete(record.value.id))
      } else if (record.kind === 'client') {
        const before = await clients.find(record.value.id)
        await clients.save(record.value)
        undoing.push(() => (before === undefined ? clients.delete(record.value.id) : clients.save(before)))
      } else if (record.kind === 'grant') {
        const { ownerId, id } = await grants.save(record.value)
        undoing.push(() => grants.revoke(ownerId, id))
      } else if (record.kind === 'key') ring.push(record.value)
    },
    /** The ring as it was, once all its keys were given: tokens that were signed before stay good. @throws Fault `conflict` */
    async keepRing(): Promise<void> {
      if (!keys.writable || ring.length === 0) return
      const present = await keys.load()
      if (present.length === ring.length && ring.every(({ kid }) => present.some((key) => key.kid === kid))) return
      // Also where the answer alone was lost; nothing is taken back that is not this ring.
      undoing.push(() => keys.save(present, ring))
      if (!(await keys.save(ring, present))) {
        throw new Fault('conflict', 'The signing keys are being changed by another process. Stop it and try again.')
      }
    },
    /** Takes back what was kept, the last first; what an engine does not take back stays, for what went wrong is to be told. */
    async undo(): Promise<void> {
      for (const one of undoing.reverse()) await one().catch(() => {})
    },
  }
}

function twice(error: unknown): never {
  if (!(error instanceof Fault) || error.kind !== 'conflict') throw error
  throw new Fault('invalid', 'two people have one id, or one way to sign in.', {
    code: 'backup_broken',
    field: 'value.identities',
    cause: error,
  })
}

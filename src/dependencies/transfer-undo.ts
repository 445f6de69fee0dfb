/** What is kept of people, clients and grants while a place is filled, and how it goes again: their stores have no transaction over all. */
import type { OidcStores } from '../oidc/ports.ts'
import { Fault } from '../shared/fault.ts'
import type { TransferRecord } from './transfer.ts'

type Stores = Pick<OidcStores, 'users' | 'clients' | 'grants'>

export function keeping({ users, clients, grants }: Stores) {
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

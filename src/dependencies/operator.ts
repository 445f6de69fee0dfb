/** What the command line works on, beside a running server: people, clients and keys of the same stores. */
import { join } from 'node:path'
import { openKeyFolder } from '../adapters/keys/folder.ts'
import { mountedKeys } from '../adapters/keys/mounted.ts'
import { openSqliteOidcStores } from '../adapters/sqlite/oidc/stores.ts'
import type { Config } from '../config/config.ts'
import { type ClientAdministration, createClientAdministration } from '../oidc/clients/manual.ts'
import type { KeyRing, KeyStore } from '../oidc/ports.ts'
import { createKeyRing } from '../oidc/tokens/key-ring.ts'
import { systemClock } from '../shared/clock.ts'
import { createRandom } from '../shared/random.ts'

export interface Operator {
  readonly settings: Pick<Config, 'issuer'>
  readonly clients: ClientAdministration
  readonly keyRing: KeyRing
  readonly keyStore: KeyStore
  close(): Promise<void>
}

export async function openOperator(config: Config): Promise<Operator> {
  const clock = systemClock
  const stores = openSqliteOidcStores({ path: join(config.dataDir, 'auth.db'), clock })
  const { keys } = config
  const keyStore =
    keys.privateKey === undefined ? openKeyFolder(keys.dir) : await mountedKeys(keys.privateKey, keys.nextPrivateKey)
  return {
    settings: config,
    clients: createClientAdministration({ stores, clock, random: createRandom(clock) }),
    keyRing: createKeyRing({ store: keyStore, clock, tokenTtlSeconds: config.accessTokenTtlSeconds }),
    keyStore,
    async close() {
      stores.close()
    },
  }
}

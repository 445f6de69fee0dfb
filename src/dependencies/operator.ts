/** What the command line works on, beside a running server: clients and keys of the same engine. */
import type { Config } from '../config/config.ts'
import { type ClientAdministration, createClientAdministration } from '../oidc/clients/manual.ts'
import type { KeyRing, KeyStore } from '../oidc/ports.ts'
import { createKeyRing } from '../oidc/tokens/key-ring.ts'
import { makeKey } from '../oidc/tokens/ring.ts'
import { openBesideServer } from './beside-server.ts'

export interface Operator {
  readonly settings: Pick<Config, 'issuer'>
  readonly clients: ClientAdministration
  readonly keyRing: KeyRing
  readonly keyStore: KeyStore
  close(): Promise<void>
}

/** @throws Fault `unavailable` when the engine does not answer, `invalid` for a mounted key that is none */
export async function openOperator(config: Config): Promise<Operator> {
  const { engine, ...given } = await openBesideServer(config)
  const { stores, feed } = engine
  try {
    const keyStore = await engine.openKeyStore()
    return {
      settings: given.settings,
      clients: createClientAdministration({ ...given, stores, feed }),
      keyRing: createKeyRing({
        store: keyStore,
        clock: given.clock,
        tokenTtlSeconds: config.accessTokenTtlSeconds,
      }),
      keyStore,
      close: () => engine.close(),
    }
  } catch (error) {
    await engine.close()
    throw error
  }
}

/** A new signing key as PKCS#8 PEM, kept nowhere. */
export const makePrivateKey = async (): Promise<string> => (await makeKey('current', 0)).privateKeyPem

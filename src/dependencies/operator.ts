/** What the command line works on, beside a running server: clients and keys of the same engine. */
import type { Config } from '../config/config.ts'
import { type ClientAdministration, createClientAdministration } from '../oidc/clients/manual.ts'
import type { KeyRing, KeyStore } from '../oidc/ports.ts'
import { createKeyRing } from '../oidc/tokens/key-ring.ts'
import { makeKey } from '../oidc/tokens/ring.ts'
import { systemClock } from '../shared/clock.ts'
import { closeUnheard } from '../shared/closing.ts'
import { areKeysOnDisk, keysOnDisk } from './auth-engine.ts'
import { openBesideServer } from './beside-server.ts'

/** The signing keys; a ring makes those that are missing. */
export interface OpenedKeys {
  readonly keyRing: KeyRing
  readonly keyStore: KeyStore
  close(): Promise<void>
}

export interface Operator extends OpenedKeys {
  readonly settings: Pick<Config, 'issuer'>
  readonly clients: ClientAdministration
}

/** @throws Fault `unavailable` when the engine does not answer, `invalid` for a mounted key that is none */
export async function openOperator(config: Config): Promise<Operator> {
  const { engine, ...given } = await openBesideServer(config)
  const { stores, feed } = engine
  try {
    return {
      settings: given.settings,
      clients: createClientAdministration({ ...given, stores, feed }),
      ...keysIn(await engine.openKeyStore(), config),
      close: () => engine.close(),
    }
  } catch (error) {
    await closeUnheard(() => engine.close())
    throw error
  }
}

/** The keys alone: where they are in a folder or mounted, nothing else is opened. @throws Fault as `openOperator` */
export async function openKeys(config: Config): Promise<OpenedKeys> {
  if (!areKeysOnDisk(config)) return openOperator(config)
  return { ...keysIn(await keysOnDisk(config), config), close: async () => {} }
}

const keysIn = (keyStore: KeyStore, { accessTokenTtlSeconds }: Config) => ({
  keyRing: createKeyRing({ store: keyStore, clock: systemClock, tokenTtlSeconds: accessTokenTtlSeconds }),
  keyStore,
})

/** A new signing key as PKCS#8 PEM, kept nowhere. */
export const makePrivateKey = async (): Promise<string> => (await makeKey('current', 0)).privateKeyPem

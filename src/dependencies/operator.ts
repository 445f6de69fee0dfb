/** What the command line works on, beside a running server: clients and keys of the same engine. */
import type { Config } from '../config/config.ts'
import { type ClientAdministration, createClientAdministration } from '../oidc/clients/manual.ts'
import type { KeyRing, KeyStore } from '../oidc/ports.ts'
import { createKeyRing } from '../oidc/tokens/key-ring.ts'
import { makeKey } from '../oidc/tokens/ring.ts'
import { systemClock } from '../shared/clock.ts'
import { createLog } from '../shared/log.ts'
import { createRandom } from '../shared/random.ts'
import { openAuthEngine } from './auth-engine.ts'
import { oidcSettings } from './oidc-settings.ts'

export interface Operator {
  readonly settings: Pick<Config, 'issuer'>
  readonly clients: ClientAdministration
  readonly keyRing: KeyRing
  readonly keyStore: KeyStore
  close(): Promise<void>
}

/** @throws Fault `unavailable` when the engine does not answer */
export async function openOperator(config: Config): Promise<Operator> {
  const clock = systemClock
  const random = createRandom(clock)
  const engine = await openAuthEngine(config, { clock, random, log: createLog(config.logLevel) })
  const { stores, feed } = engine
  const keyStore = await engine.openKeyStore()
  return {
    settings: config,
    clients: createClientAdministration({ stores, feed, clock, random, settings: oidcSettings(config) }),
    keyRing: createKeyRing({ store: keyStore, clock, tokenTtlSeconds: config.accessTokenTtlSeconds }),
    keyStore,
    close: () => engine.close(),
  }
}

/** A new signing key as PKCS#8 PEM, kept nowhere. */
export const makePrivateKey = async (): Promise<string> => (await makeKey('current', 0)).privateKeyPem

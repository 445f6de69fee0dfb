/**
 * The processes of a deployment in the shape that the test run asks for (auth-shape.ts), each opened from a configuration of its own as
 * main opens it, so that they share engines and the network and nothing else. What they ask each other goes over a real port.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { redisKeyStore } from '../../src/adapters/redis/key-store.ts'
import { createSeal } from '../../src/adapters/redis/seal.ts'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/read.ts'
import { allRoles } from '../../src/config/roles.ts'
import { openDependencies } from '../../src/dependencies.ts'
import type { Serve } from '../../src/http/observe.ts'
import { createLog } from '../../src/shared/log.ts'
import { Secret } from '../../src/shared/secret.ts'
import { startRedis } from '../conformance/redis-engine.ts'
import { authShape, authStores, inTurns, redisUrl, signInProcesses } from './auth-shape.ts'
import { whenHeard } from './sign-in-processes.ts'
import { keepSigningKeys, signingKeys } from './signing-keys.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Where the resources and the pages are, and sign-in too unless it runs apart. */
export const origin = 'http://localhost:8765'
export const issuer = authShape === 'one-process' ? origin : 'http://localhost:8766'

/** The whole address of a path: the issuer's are its endpoints and its metadata. */
export const addressOf = (path: string): URL =>
  new URL(path, /^\/(auth\/|\.well-known\/o(penid|auth-authorization))/.test(path) ? issuer : origin)

export async function startProcesses(environment: Environment) {
  const needsKeys = environment.AUTH !== 'none' && environment.REDIS_URL === undefined
  const redis = needsKeys && authStores === 'redis' ? await onRedis() : undefined
  if (needsKeys && environment.DATA_DIR !== undefined && redis === undefined)
    await keepSigningKeys(join(environment.DATA_DIR, 'keys'))
  const variables = { ...redis?.variables, ...environment }
  const apart = authShape !== 'one-process' && environment.AUTH !== 'none'
  const started = apart ? await startApart(variables) : await start(allRoles, variables)
  return {
    ...started,
    /** What another deployment is given to stand on the same engines. */
    shared: { DATA_DIR: environment.DATA_DIR, ...redis?.variables },
    async close() {
      await started.close()
      await redis?.stop()
    },
  }
}

/** A corner of the real Redis for one deployment. */
async function onRedis() {
  const { keyPrefix, connect, stop } = await startRedis(redisUrl())
  const key = randomBytes(32).toString('base64')
  await redisKeyStore(await connect(), createSeal(new Secret(key))).save(await signingKeys(Date.now()), [])
  return { stop, variables: { REDIS_URL: redisUrl(), REDIS_KEY_PREFIX: keyPrefix, KEYS_ENCRYPTION_KEY: key } }
}

async function start(roles: Iterable<(typeof allRoles)[number]>, environment: Environment) {
  const config = loadConfig(new Set(roles), environment)
  const dependencies = await openDependencies(config, createLog(config.logLevel))
  const app = buildApp(config, dependencies)
  return {
    config,
    dependencies,
    serve: app.serve,
    async close() {
      await app.close()
      await dependencies.close()
    },
  }
}

/** Sign-in in one process or two, the resources and the pages in another. With Redis nobody shares a folder. */
async function startApart(environment: Environment) {
  const addresses = { OIDC_BASE_URL: issuer, API_BASE_URL: origin, ...environment }
  const folder = () => (authStores === 'redis' ? { DATA_DIR: temporaryFolder('deployment') } : {})
  const first = await start(['auth'], { ...addresses, ...folder() })
  const others = signInProcesses === 1 ? [] : [await start(['auth'], { ...addresses, ...folder() })]
  const signIn = [first, ...others] as const
  const turn = inTurns<(typeof signIn)[number]>(signIn)
  const network = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) =>
      turn().serve(new Request(addressOf(new URL(request.url).pathname), request), { address: '127.0.0.1' }),
  })
  const resources = await start(['mcp', 'api', 'ui', 'worker'], { ...addresses, JWKS_URL: `${network.url}auth/jwks` })
  const processes = [...signIn, resources]
  const heard = whenHeard(
    processes.flatMap(({ dependencies }) => dependencies.auth?.feed ?? dependencies.mcp?.feed ?? []),
  )
  const serve: Serve = async (request, address) => {
    await heard()
    return (new URL(request.url).origin === issuer ? turn() : resources).serve(request, address)
  }
  return {
    config: resources.config,
    dependencies: { ...resources.dependencies, auth: first.dependencies.auth, people: first.dependencies.people },
    serve,
    async close() {
      await network.stop(true)
      for (const { close } of processes.reverse()) await close()
    },
  }
}

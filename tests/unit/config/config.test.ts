import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { loadConfig } from '../../../src/config/config.ts'
import { ConfigError, type Environment } from '../../../src/config/read.ts'
import { allRoles, memoryRoles, parseRoles, type Role } from '../../../src/config/roles.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const all: ReadonlySet<Role> = new Set(allRoles)
const problemsOf = (environment: Environment) => {
  try {
    loadConfig(all, environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable)
    throw error
  }
  return []
}
const file = (content: string) => {
  const path = join(temporaryFolder('config'), 'value')
  writeFileSync(path, content)
  return path
}

describe('who may come in is checked: a slip would lock people out without a word', () => {
  const slips: [string, string[]][] = [
    [
      'ALLOWED_EMAILS',
      ['ada', '@example.com', 'ada@example', 'ada@example.com;eve@example.com', 'add\u00e4@example.com'],
    ],
    ['ALLOWED_DOMAINS', ['@example.com', 'example', '*.example.com', 'https://example.com', 'ex\u00e4mple.com']],
    ['ALLOWED_HOSTS', ['http://openmemory-mcp', 'openmemory-mcp:8765', '::1', '[openmemory]', 'a/b']],
  ]
  for (const [name, values] of slips)
    for (const value of values)
      test(`${name}=${value}`, () => expect(problemsOf({ [name]: `${value}` })).toEqual([name]))

  test('what is right passes', () => {
    const right = {
      ALLOWED_EMAILS: "ada@example.com, o'neil+x@mail.example.org",
      ALLOWED_DOMAINS: 'example.com xn--exmple-cua.com',
      ALLOWED_HOSTS: 'openmemory-mcp,my_host,127.0.0.1,[fd00::1],memory.example.com',
    }
    expect(problemsOf(right)).toEqual([])
  })
})

describe('configuration', () => {
  test('nothing is needed: one origin on localhost, everything embedded', () => {
    const config = loadConfig(all, {})
    expect(config.issuer).toBe('http://localhost:8765')
    expect(config.apiBaseUrl).toBe(config.issuer)
    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8765, variable: 'PORT' })
    expect(config.redisUrl).toBeUndefined()
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('the issuer follows the port', () => {
    expect(loadConfig(all, { PORT: '9000' }).issuer).toBe('http://localhost:9000')
  })

  test('port 80 is not said in an address (RFC 3986 section 6.2.3): clients compare it letter by letter', () => {
    expect(loadConfig(all, { PORT: '80' })).toMatchObject({
      issuer: 'http://localhost',
      apiBaseUrl: 'http://localhost',
    })
    expect(loadConfig(new Set(['auth']), { OIDC_PORT: '80' }).issuer).toBe('http://localhost')
  })

  test('auth alone listens on OIDC_PORT; api and mcp alone find its keys there', () => {
    expect(loadConfig(new Set(['auth']), {}).listen).toMatchObject({ port: 8766, variable: 'OIDC_PORT' })
    const resources = loadConfig(new Set(['api', 'mcp']), {})
    expect(resources.listen.port).toBe(8765)
    expect(resources.issuer).toBe('http://localhost:8766')
    expect(resources.jwksUrl?.href).toBe('http://localhost:8766/auth/jwks')
  })

  test('a command about memories needs no key of the sign-in server where Redis is shared; one about people does', () => {
    const environment = { REDIS_URL: 'redis://redis:6379', DATABASE_URL: 'postgres://souvenir@postgres/souvenir' }
    expect(loadConfig(memoryRoles, environment).databaseUrl?.reveal()).toBe(environment.DATABASE_URL)
    expect(() => loadConfig(all, environment)).toThrow('OIDC_PRIVATE_KEY_FILE')
  })

  test('all problems are reported at once, each naming its variable', () => {
    expect(
      problemsOf({
        OIDC_BASE_URL: 'http://memory.example.com',
        PORT: '70000',
        LOG_LEVEL: 'loud',
        GOOGLE_CLIENT_ID: 'id',
      }),
    ).toEqual(['OIDC_BASE_URL', 'PORT', 'LOG_LEVEL', 'GOOGLE_CLIENT_SECRET', 'ALLOWED_EMAILS'])
  })

  test('an issuer with a path or a trailing slash is one origin or refused', () => {
    expect(loadConfig(all, { OIDC_BASE_URL: 'https://memory.example.com/' }).issuer).toBe('https://memory.example.com')
    expect(problemsOf({ OIDC_BASE_URL: 'https://memory.example.com/auth' })).toEqual(['OIDC_BASE_URL'])
  })

  test('a secret comes from NAME_FILE; both set is an error; a missing file is one', () => {
    const redis = file('redis://:hush@redis:6379/0\n')
    const keys = { OIDC_KEYS_DIR: '/keys' }
    expect(loadConfig(all, { REDIS_URL_FILE: redis, ...keys }).redisUrl?.reveal()).toBe('redis://:hush@redis:6379/0')
    expect(problemsOf({ REDIS_URL_FILE: redis, REDIS_URL: 'redis://localhost', ...keys })).toEqual(['REDIS_URL'])
    expect(problemsOf({ REDIS_URL_FILE: '/nowhere/at/all', ...keys })).toEqual(['REDIS_URL'])
  })

  test('a secret whose file cannot be read is told once, with an example of a file', () => {
    const environment = {
      GOOGLE_CLIENT_ID: 'id',
      GOOGLE_CLIENT_SECRET_FILE: '/nope',
      ALLOWED_EMAILS: 'ada@example.com',
    }
    expect(problemsOf(environment)).toEqual(['GOOGLE_CLIENT_SECRET'])
    expect(() => loadConfig(all, environment)).toThrow(
      'GOOGLE_CLIENT_SECRET cannot be read from the file in GOOGLE_CLIENT_SECRET_FILE (ENOENT). Example: GOOGLE_CLIENT_SECRET_FILE=/run/secrets/google_client_secret',
    )
  })

  test('secrets print as [secret]', () => {
    const config = loadConfig(all, { REDIS_URL: 'redis://:hush@redis:6379/0', OIDC_KEYS_DIR: '/keys' })
    expect(inspect(config)).not.toContain('hush')
    expect(JSON.stringify(config)).not.toContain('hush')
    expect(`${config.redisUrl}`).toBe('[secret]')
  })

  test('with Redis and no key that processes share, start-up refuses', () => {
    expect(problemsOf({ REDIS_URL: 'redis://redis:6379' })).toEqual(['OIDC_PRIVATE_KEY_FILE'])
  })

  test('a ring of keys sealed in Redis is a key that processes share; without Redis there is nothing to seal', () => {
    const sealed = { KEYS_ENCRYPTION_KEY: 'A'.repeat(43) }
    const { keys } = loadConfig(all, { REDIS_URL: 'redis://redis:6379', ...sealed })
    expect(keys.encryptionKey?.reveal()).toBe(sealed.KEYS_ENCRYPTION_KEY)
    expect(JSON.stringify(keys)).not.toContain(sealed.KEYS_ENCRYPTION_KEY)
    expect(problemsOf(sealed)).toEqual(['KEYS_ENCRYPTION_KEY'])
  })

  test('100 requests a minute with a burst of 50 for each principal, unless told otherwise', () => {
    expect(loadConfig(all, {}).limits).toMatchObject({ requestsPerMinute: 100, burst: 50 })
    expect(loadConfig(all, { RATE_LIMIT_PER_MINUTE: '5', RATE_LIMIT_BURST: '0' }).limits).toMatchObject({
      requestsPerMinute: 5,
      burst: 0,
    })
    expect(problemsOf({ RATE_LIMIT_PER_MINUTE: '0', REGISTRATIONS_PER_HOUR: 'many' })).toEqual([
      'RATE_LIMIT_PER_MINUTE',
      'REGISTRATIONS_PER_HOUR',
    ])
  })

  test('TRUSTED_PROXIES takes addresses and networks, and names what is neither', () => {
    const given = '172.16.0.0/12, 10.0.0.1 fd00::/8 ::1'
    expect(loadConfig(all, { TRUSTED_PROXIES: given }).trustedProxies).toEqual([
      '172.16.0.0/12',
      '10.0.0.1',
      'fd00::/8',
      '::1',
    ])
    for (const wrong of ['traefik', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129']) {
      expect(() => loadConfig(all, { TRUSTED_PROXIES: `10.0.0.1,${wrong}` })).toThrow(`TRUSTED_PROXIES has ${wrong},`)
    }
  })

  test('another provider in place of Google is asked over https, or on this machine', () => {
    const google = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret', ALLOWED_EMAILS: 'ada@example.com' }
    const issuer = (address: string) => loadConfig(all, { ...google, GOOGLE_ISSUER: address }).google?.issuer.href
    expect(issuer('https://login.example.com')).toBe('https://login.example.com/')
    expect(issuer('http://localhost:9000')).toBe('http://localhost:9000/')
    expect(problemsOf({ ...google, GOOGLE_ISSUER: 'http://login.example.com' })).toEqual(['GOOGLE_ISSUER'])
  })

  test('an empty variable counts as not set', () => {
    expect(loadConfig(all, { GOOGLE_CLIENT_ID: '', OIDC_BASE_URL: '' }).google).toBeUndefined()
  })

  test('Neo4j takes the graph: its address, user and password, which no print shows', () => {
    const { neo4j } = loadConfig(all, { NEO4J_URL: 'bolt://graph:7687', NEO4J_PASSWORD: 'hush' })
    expect([neo4j?.url.reveal(), neo4j?.user, neo4j?.password?.reveal()]).toEqual([
      'bolt://graph:7687',
      'neo4j',
      'hush',
    ])
    expect(`${neo4j?.url} ${neo4j?.password}`).not.toContain('hush')
  })

  test('roles that do not exist are named', () => {
    expect([...parseRoles('mcp,api')]).toEqual(['mcp', 'api'])
    expect(() => parseRoles('mcp,web')).toThrow('web')
  })
})

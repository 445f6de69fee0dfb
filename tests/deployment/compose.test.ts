/** compose.yml, by Docker Compose itself: what each documented command starts, and how it is confined. */
import { beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/config.ts'
import { parseRoles } from '../../src/config/roles.ts'
import { variables } from '../../src/config/variables.ts'
import { type ComposeProject, type ComposeService, composeConfig, composeFolder, shell } from '../support/compose.ts'
import { shellBlock } from '../support/documents.ts'
import { engineUrl } from '../support/engines.ts'
import { projectRoot } from '../support/source-files.ts'

const program = engineUrl('DOCKER_COMPOSE')
const source = readFileSync(join(projectRoot, 'compose.yml'), 'utf8')
const template = readFileSync(join(projectRoot, '.env.template'), 'utf8')

const ours = ['oidc-auth-server', 'openmemory-mcp', 'openmemory-ui', 'gpt-actions-bridge', 'mem0']
const engines = ['redis-oidc', 'postgres', 'neo4j']

test('every variable that compose.yml uses stands in .env.template', () => {
  const used = new Set([
    ...[...source.matchAll(/\$\{(\w+)/g)].map((match) => match[1]),
    ...[...source.matchAll(/^ {2,}([A-Z][A-Z_]+):$/gm)].map((match) => match[1]),
  ])
  expect(used.size).toBeGreaterThan(20)
  const missing = [...used].filter((name) => !new RegExp(`^#?${name}=`, 'm').test(template))
  expect(missing).toEqual([])
})

test('no secret has a default, here or in .env.template', () => {
  const secretNames = /(PASSWORD|SECRET|_KEY|TOKEN)\b(?!_FILE|_TTL)/
  const defaults = [...source.matchAll(/\$\{(\w+):?-[^}]+\}/g)].map((match) => match[1] ?? '')
  expect(defaults.filter((name) => secretNames.test(name))).toEqual([])
  const given = [...template.matchAll(/^#?(\w+)=(.+)$/gm)].map((match) => match[1] ?? '')
  expect(given.filter((name) => secretNames.test(name) && !/_PER_|_SECONDS/.test(name))).toEqual([])
})

test('every variable of the program reaches a service', () => {
  // Another way to share keys than the mounted one, which compose.yml takes.
  const fixed = ['KEYS_ENCRYPTION_KEY']
  const missing = Object.keys(variables).filter(
    (name) => !fixed.includes(name) && !new RegExp(`\\b${name}(_FILE)?:`).test(source),
  )
  expect(missing).toEqual([])
})

if (program !== undefined) {
  describe('docker compose config', () => {
    let folder: string
    let everything: ComposeProject
    const startedBy = async (options: string[], services: string[] = [], environment = {}) =>
      Object.keys((await composeConfig(program, folder, options, services, environment)).services).toSorted()
    const service = (name: string): ComposeService => {
      const found = everything.services[name]
      if (found === undefined) throw new Error(`there is no service ${name}`)
      return found
    }

    beforeAll(async () => {
      folder = await composeFolder()
      everything = await composeConfig(program, folder, [
        '--profile',
        'full',
        '--profile',
        'traefik',
        '--profile',
        'cloudflared',
      ])
    }, 30_000)

    test('docker compose up -d: all services, by the names people know', async () => {
      expect(await startedBy([])).toEqual([...ours, ...engines].toSorted())
      expect(service('postgres').container_name).toBe('postgres-mem0')
      expect(service('neo4j').container_name).toBe('neo4j-mem0')
      expect(service('oidc-auth-server').container_name).toBe('oidc-auth-server')
    })

    test('docker compose --profile auth up -d: the sign-in server and Redis only', async () => {
      expect(await startedBy(['--profile', 'auth'])).toEqual(['oidc-auth-server', 'redis-oidc'])
    })

    test('AUTH=none docker compose up -d mem0 postgres neo4j openmemory-mcp openmemory-ui: those five and no sign-in', async () => {
      const named = ['mem0', 'postgres', 'neo4j', 'openmemory-mcp', 'openmemory-ui']
      expect(await startedBy([], named, { AUTH: 'none' })).toEqual(named.toSorted())
      const project = await composeConfig(program, folder, [], named, { AUTH: 'none' })
      for (const name of named.filter((one) => ours.includes(one))) {
        const { environment, ports = [] } = project.services[name] ?? {}
        // Each listens on all addresses of its container, which AUTH=none allows with ALLOWED_HOSTS alone.
        expect([name, environment?.AUTH, environment?.HOST]).toEqual([name, 'none', '0.0.0.0'])
        expect(environment?.ALLOWED_HOSTS).toContain(name)
        expect(ports.map(({ host_ip }) => host_ip)).toEqual(ports.map(() => '127.0.0.1'))
      }
    })

    test('the proxy and the tunnel each behind a profile', async () => {
      expect(await startedBy(['--profile', 'traefik'])).toEqual(['traefik'])
      expect(await startedBy(['--profile', 'cloudflared'])).toEqual(['cloudflared'])
    })

    test('only the proxy is published; every other port is bound to 127.0.0.1, engines have none', () => {
      const published = Object.entries(everything.services).flatMap(([name, { ports = [] }]) =>
        ports.map((port) => `${name} ${port.host_ip ?? '*'}:${port.published}`),
      )
      expect(published.toSorted()).toEqual(
        [
          'gpt-actions-bridge 127.0.0.1:8767',
          'oidc-auth-server 127.0.0.1:8766',
          'openmemory-mcp 127.0.0.1:8765',
          'openmemory-ui 127.0.0.1:3000',
          'traefik *:443',
          'traefik *:80',
        ].toSorted(),
      )
      for (const name of engines) expect([name, Object.keys(service(name).networks ?? {})]).toEqual([name, ['engines']])
      expect(everything.networks.engines?.internal).toBe(true)
    })

    test.each([...ours])(
      '%s: uid 65532, read-only root, no capabilities, no new privileges, bounded memory and logs',
      (name) => {
        expect(service(name)).toMatchObject({
          user: '65532:65532',
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          logging: { options: { 'max-size': '10m', 'max-file': '5' } },
        })
        expect(service(name).cap_add).toBeUndefined()
        expect(Number(service(name).mem_limit)).toBeGreaterThan(0)
        expect(service(name).healthcheck?.test.slice(0, 3)).toEqual(['CMD', '/souvenir', 'healthcheck'])
        expect(new Set(ours.map((other) => service(other).image)).size).toBe(1)
      },
    )

    test('every service has a health check, memory and log limits, and gives up its capabilities', () => {
      for (const [name, { healthcheck, mem_limit, logging, cap_drop }] of Object.entries(everything.services)) {
        expect([
          name,
          healthcheck !== undefined,
          mem_limit !== undefined,
          logging?.options['max-size'],
          cap_drop,
        ]).toEqual([name, true, true, '10m', ['ALL']])
      }
    })

    test('no secret is in a variable of a container: each is a file that is named by NAME_FILE', () => {
      const values = readdirSync(join(folder, 'secrets'))
        .map((name) => readFileSync(join(folder, 'secrets', name), 'utf8').trim())
        .filter((value) => value !== '')
      const shown = JSON.stringify(everything)
      expect(values.length).toBeGreaterThanOrEqual(4)
      for (const value of values) expect(shown.includes(value)).toBe(false)
      for (const [name, { environment = {}, secrets = [] }] of Object.entries(everything.services)) {
        for (const [variable, path] of Object.entries(environment)) {
          if (!variable.endsWith('_FILE')) continue
          expect([name, variable, secrets.map(({ source }) => `/run/secrets/${source}`)]).toEqual([
            name,
            variable,
            expect.arrayContaining([path ?? '']),
          ])
        }
      }
      expect(service('openmemory-mcp').secrets?.map(({ source }) => source)).not.toContain('oidc_private_key')
    })

    test('secrets as DEPLOYMENT.md makes them: closed to other users of the host, readable by uid 65532 in a container', async () => {
      expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700)
      for (const name of Object.keys(everything.secrets)) {
        expect([name, statSync(join(folder, 'secrets', name)).mode & 0o777]).toEqual([name, 0o644])
      }
      if (process.getuid?.() !== 0) return
      // A bind mount shows the file itself, whatever the folder above it allows.
      const read = `exec 3<secrets/redis_password; chmod 711 secrets; setpriv --reuid 65532 --regid 65532 --clear-groups cat "$PWD/secrets/redis_password"; chmod 700 secrets`
      await shell(folder, `chmod 711 .; ${read}`)
    })

    test('each process of the product accepts the configuration that compose gives it', () => {
      const given = (name: string) => {
        const environment = Object.fromEntries(
          Object.entries(service(name).environment ?? {}).map(([variable, value]) => [
            variable,
            value?.replace('/run/secrets/', `${folder}/secrets/`) ?? undefined,
          ]),
        )
        return loadConfig(parseRoles(service(name).command?.at(-1) ?? ''), environment)
      }
      const ports = ours.map((name) => [name, given(name).listen.port])
      expect(ports).toEqual([
        ['oidc-auth-server', 8766],
        ['openmemory-mcp', 8765],
        ['openmemory-ui', 3000],
        ['gpt-actions-bridge', 8767],
        ['mem0', 8765],
      ])
      const issuers = new Set(ours.map((name) => given(name).issuer))
      expect([...issuers]).toEqual(['http://localhost:8766'])
      expect(given('oidc-auth-server').redisUrl?.reveal()).toMatch(/^redis:\/\/:[0-9a-f]{48}@redis-oidc:6379\/0$/)
    })

    test('Redis loses nothing that was acknowledged and evicts nothing', () => {
      const command = service('redis-oidc').command?.join(' ') ?? ''
      for (const option of [
        '--appendonly yes',
        '--appendfsync always',
        '--maxmemory-policy noeviction',
        'requirepass',
      ]) {
        expect(command).toContain(option)
      }
      expect(service('redis-oidc').image).toBe('redis:7-alpine')
    })

    test('Traefik: TLS, hosts, 100 a minute with a burst of 50, streams unbuffered, security headers', () => {
      const labels = Object.assign({}, ...Object.values(everything.services).map((one) => one.labels ?? {}))
      expect(labels).toMatchObject({
        'traefik.http.middlewares.oidc-ratelimit.ratelimit.average': '100',
        'traefik.http.middlewares.oidc-ratelimit.ratelimit.period': '1m',
        'traefik.http.middlewares.oidc-ratelimit.ratelimit.burst': '50',
        'traefik.http.middlewares.oidc-headers.headers.contenttypenosniff': 'true',
        'traefik.http.routers.oidc.tls.certresolver': 'letsencrypt',
        'traefik.http.routers.mcp.tls.certresolver': 'letsencrypt',
      })
      for (const name of ['oidc', 'mcp']) {
        expect(labels[`traefik.http.services.${name}.loadbalancer.responseforwarding.flushinterval`]).toBe('-1ms')
        expect(labels[`traefik.http.routers.${name}.middlewares`]).toBe('oidc-ratelimit,oidc-headers')
        expect(labels[`traefik.http.routers.${name}-tunnel.middlewares`]).toBe('oidc-ratelimit-tunnel,oidc-headers')
      }
      expect(JSON.stringify(labels)).not.toContain('buffering')
    })

    test('a service brings the middlewares that its routers name: those of a container that is not healthy yet are not there', () => {
      for (const name of ['oidc-auth-server', 'openmemory-mcp', 'openmemory-ui', 'gpt-actions-bridge']) {
        const labels = service(name).labels ?? {}
        const used = Object.entries(labels).flatMap(([key, value]) =>
          key.endsWith('.middlewares') ? value.split(',') : [],
        )
        expect(new Set(used).size).toBe(3)
        for (const one of used) {
          const defined = Object.keys(labels).some((key) => key.startsWith(`traefik.http.middlewares.${one}.`))
          expect([name, one, defined]).toEqual([name, one, true])
        }
      }
    })

    test('the rate limit is for each caller: who connects, or whom Cloudflare names last; excludedips would make all of them one', () => {
      const labels = service('openmemory-mcp').labels ?? {}
      const of = (name: string) => `traefik.http.middlewares.${name}.ratelimit`
      for (const name of ['oidc-ratelimit', 'oidc-ratelimit-tunnel']) {
        expect(labels[`${of(name)}.average`]).toBe('100')
        expect(labels[`${of(name)}.burst`]).toBe('50')
        expect(labels[`${of(name)}.sourcecriterion.ipstrategy.ipv6subnet`]).toBe('64')
      }
      expect(labels[`${of('oidc-ratelimit')}.sourcecriterion.ipstrategy.depth`]).toBeUndefined()
      expect(labels[`${of('oidc-ratelimit-tunnel')}.sourcecriterion.ipstrategy.depth`]).toBe('1')
      expect(JSON.stringify(labels)).not.toContain('excludedips')
    })

    test('hosts and addresses come from .env', async () => {
      const environment = {
        OIDC_BASE_URL: 'https://oidc.example.com',
        OIDC_HOST: 'oidc.example.com',
        API_BASE_URL: 'https://mcp.example.com',
        API_HOST: 'mcp.example.com',
      }
      const { services } = await composeConfig(program, folder, [], [], environment)
      expect(services['openmemory-mcp']?.labels?.['traefik.http.routers.mcp.rule']).toStartWith(
        'Host(`mcp.example.com`) && ',
      )
      expect(services['openmemory-mcp']?.environment).toMatchObject({
        OIDC_BASE_URL: 'https://oidc.example.com',
        API_BASE_URL: 'https://mcp.example.com',
        JWKS_URL: 'http://oidc-auth-server:8766/auth/jwks',
      })
    })

    test('DEPLOYMENT.md starts it with the commands that are tested here', () => {
      expect(shellBlock('DEPLOYMENT.md', 'docker compose up -d')).toContain('docker compose --profile auth up -d')
    })
  })
}

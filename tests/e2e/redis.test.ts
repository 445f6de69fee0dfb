/** Sign-in in two processes behind a round robin, the resources in a third; only Redis is shared. REDIS_URL names the server. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { startRedis } from '../conformance/redis-engine.ts'
import { engineUrl } from '../support/engines.ts'
import { type RoundRobin, startRoundRobin } from '../support/round-robin.ts'
import { authorize, redeem, type Signed, signIn } from '../support/script.ts'
import { freePort, freshFolder, type Product, runCommand, type Server, startServer, target } from '../support/server.ts'

const registrationsPerHour = 8
const url = engineUrl('REDIS_URL')

if (url !== undefined) {
  describe(`three processes on one Redis, on ${target}`, () => {
    const started: Server[] = []
    let corner: Awaited<ReturnType<typeof startRedis>>
    let balancer: RoundRobin | undefined
    let product: Product
    let signed: Signed

    beforeAll(async () => {
      corner = await startRedis(url)
      const [first, second, apiPort, issuerPort] = [
        await freePort(),
        await freePort(),
        await freePort(),
        await freePort(),
      ]
      const [issuer, apiUrl] = [`http://localhost:${issuerPort}`, `http://localhost:${apiPort}`]
      const shared = {
        OIDC_BASE_URL: issuer,
        API_BASE_URL: apiUrl,
        REDIS_URL: url,
        REDIS_KEY_PREFIX: corner.keyPrefix,
        REGISTRATIONS_PER_HOUR: String(registrationsPerHour),
        KEYS_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      }
      const variables = () => ({ ...shared, DATA_DIR: freshFolder() })
      const auth = (port: number) =>
        startServer({ ...variables(), OIDC_PORT: String(port) }, port, '--roles', 'auth').then((server) => {
          started.push(server)
        })
      // At once, so that they agree on the first signing key while both would make it.
      await Promise.all([auth(first), auth(second)])
      balancer = startRoundRobin(issuerPort, [first, second])
      const resources = { ...variables(), PORT: String(apiPort), JWKS_URL: `${issuer}/auth/jwks` }
      started.push(await startServer(resources, apiPort, '--roles', 'mcp,api'))
      const beside = variables()
      product = {
        issuer,
        apiUrl,
        variables: beside,
        servers: () => started,
        issueCode: (user) => runCommand(beside, 'code', ...(user === undefined ? [] : ['--user', user])),
        addUser: async (name) => void (await runCommand(beside, 'users', 'add', name)),
        restart: () => Promise.reject(new Error('not restarted here')),
        stop: (signal) => Promise.all(started.map((server) => server.stop(signal))),
        output: () => started.map((server) => server.output()).join(''),
      }
      signed = await signIn(product)
    }, 60_000)

    afterAll(async () => {
      await Promise.all(started.map((server) => server.stop()))
      await balancer?.stop()
      await corner.stop()
    }, 30_000)

    const me = (token: string) =>
      fetch(`${product.apiUrl}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
    const form = (path: string, fields: Record<string, string>) =>
      fetch(product.issuer + path, { method: 'POST', body: new URLSearchParams(fields) })
    const until = async (holds: () => Promise<boolean>, withinMs = 20_000) => {
      const deadline = performance.now() + withinMs
      while (!(await holds())) {
        if (performance.now() > deadline) throw new Error(`it did not hold within ${withinMs} ms`)
        await Bun.sleep(10)
      }
    }
    const refresh = (clientId: string, refreshToken: string) =>
      form('/auth/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken })

    test('a sign-in that goes to and fro between two processes gives a token that a third accepts', async () => {
      expect(balancer?.served.every((count) => count >= 2)).toBe(true)
      const response = await me(signed.accessToken)
      expect(response.status).toBe(200)
      expect(await response.json()).toMatchObject({ client_id: signed.clientId, id: decodeJwt(signed.accessToken).sub })
    })

    test('both sign with the same key; Redis holds it sealed', async () => {
      const sets = await Promise.all([0, 1].map(() => fetch(`${product.issuer}/auth/jwks`).then((set) => set.json())))
      expect(sets[0]).toEqual(sets[1])
      expect(await corner.admin.get(`${corner.keyPrefix}keys`)).toStartWith('v1.')
    })

    test('/health of every process shows Redis, and the start says it', async () => {
      for (const server of started) {
        const { engines } = (await (await fetch(`${server.url}/health`)).json()) as { engines: unknown[] }
        expect(engines).toContainEqual({ engine: 'redis', state: 'up', needed: true })
        expect(server.output()).toMatch(/sign-in\s+Redis/)
      }
    })

    test('RFC 6749 section 6: each process refreshes what the other gave, and a person added beside them signs in', async () => {
      await product.addUser('grace')
      const person = await signIn(product, { user: 'grace' })
      expect(decodeJwt(person.accessToken).sub).not.toBe(decodeJwt(signed.accessToken).sub)
      let { refreshToken } = person
      for (const _ of [1, 2, 3, 4]) {
        const response = await refresh(person.clientId, refreshToken)
        expect(response.status).toBe(200)
        const tokens = (await response.json()) as { access_token: string; refresh_token: string }
        expect(tokens.refresh_token).not.toBe(refreshToken)
        expect((await me(tokens.access_token)).status).toBe(200)
        refreshToken = tokens.refresh_token
      }
    })

    test('RFC 7009: the resources hear of a token revoked at one process: its stream ends, and it is refused', async () => {
      expect((await me(signed.accessToken)).status).toBe(200)
      const stream = await fetch(`${product.apiUrl}/mcp/sse`, {
        headers: { authorization: `Bearer ${signed.accessToken}` },
      })
      expect(stream.status).toBe(200)
      const revoked = await form('/auth/revoke', { client_id: signed.clientId, token: signed.refreshToken })
      expect(revoked.status).toBe(200)
      for await (const _ of stream.body ?? []);
      expect((await me(signed.accessToken)).status).toBe(401)
      expect((await refresh(signed.clientId, signed.refreshToken)).status).toBe(400)
    })

    test('RFC 6749 section 4.1.2: of 50 redemptions of a code at both processes one succeeds, and its tokens die with the replay', async () => {
      const authorized = await authorize(product)
      const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(product, authorized)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(49)
      const won = (await Promise.all(answers.map((answer) => answer.json()))) as { access_token?: string }[]
      const access_token = won.find((answer) => answer.access_token !== undefined)?.access_token ?? ''
      await until(async () => (await me(access_token)).status === 401)
    })

    test('OAuth 2.1 section 4.3.1: 50 refreshes at once at both processes all live; the old token after a successor was used ends all', async () => {
      const person = await signIn(product)
      const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(person.clientId, person.refreshToken)))
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
      const given = (await Promise.all(answers.map((answer) => answer.json()))) as {
        access_token: string
        refresh_token: string
      }[]
      expect(new Set(given.map(({ refresh_token }) => refresh_token)).size).toBe(50)
      expect(await Promise.all(given.map(async ({ access_token }) => (await me(access_token)).status))).toEqual(
        Array(50).fill(200),
      )
      expect((await refresh(person.clientId, given[0]?.refresh_token ?? '')).status).toBe(200)
      expect((await refresh(person.clientId, person.refreshToken)).status).toBe(400)
      for (const { refresh_token } of given.slice(1, 3))
        expect((await refresh(person.clientId, refresh_token)).status).toBe(400)
      await until(async () => (await me(given[49]?.access_token ?? '')).status === 401)
    })

    test('keys rotated beside them: both publish the new set, sign on, say so once, and no token is refused meanwhile', async () => {
      const kids = async () =>
        ((await (await fetch(`${product.issuer}/auth/jwks`)).json()) as { keys: { kid: string }[] }).keys
          .map(({ kid }) => kid)
          .join()
      // A line is written behind the answers, so the second process's may come after its key set.
      const told = () => product.output().match(/^.*"audit":"key_rotated".*$/gm) ?? []
      const before = await kids()
      const person = await signIn(product)
      const listed = await runCommand(product.variables, 'keys', 'rotate')
      let { refreshToken } = person
      const statuses = new Set<number>()
      await until(async () => {
        const answer = await refresh(person.clientId, refreshToken)
        const tokens = (await answer.json()) as { access_token: string; refresh_token: string }
        refreshToken = tokens.refresh_token
        statuses.add(answer.status)
        statuses.add((await me(tokens.access_token)).status)
        statuses.add((await me(person.accessToken)).status)
        await Bun.sleep(200)
        const sets = await Promise.all([kids(), kids()])
        return sets[0] === sets[1] && sets[0] !== before && told().length >= 2
      }, 20_000)
      expect([...statuses]).toEqual([200])
      const [kid] =
        listed
          .split('\n')
          .find((line) => line.includes('\tcurrent\t'))
          ?.split('\t') ?? []
      expect(told().map((line) => (JSON.parse(line) as { kid: string }).kid)).toEqual([kid ?? '', kid ?? ''])
    }, 30_000)

    test('rate limits count across the processes', async () => {
      const register = () =>
        fetch(`${product.issuer}/auth/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ redirect_uris: ['http://127.0.0.1:3333/callback'] }),
        })
      const statuses: number[] = []
      for (let n = 0; n < registrationsPerHour; n++) statuses.push((await register()).status)
      // Five clients had registered above.
      expect(statuses).toEqual([201, 201, 201, ...Array(registrationsPerHour - 3).fill(429)])
    })

    test('without Redis a process does not start, and names the variable but not the password', async () => {
      const nowhere = { REDIS_URL: 'redis://:hush@127.0.0.1:1/0', KEYS_ENCRYPTION_KEY: 'A'.repeat(43) }
      const port = await freePort()
      const failed = await startServer({ DATA_DIR: freshFolder(), PORT: String(port), ...nowhere }, port).then(
        (server) => server.stop().then(() => 'started'),
        (error: Error) => error.message,
      )
      expect(failed).toContain('exit 1')
      expect(failed).toContain('REDIS_URL')
      expect(failed).not.toContain('hush')
    })

    test('no secret of Redis, of the keys or of the sign-in is in the log', () => {
      const log = product.output()
      for (const secret of [...signed.secrets, product.variables.KEYS_ENCRYPTION_KEY ?? '', new URL(url).password]) {
        if (secret !== '') expect(log).not.toContain(secret)
      }
    })
  })
}

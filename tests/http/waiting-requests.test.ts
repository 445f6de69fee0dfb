/**
 * A request that waits for its turn, when its token is revoked or its account erased meanwhile. A turn is held up by forms that do not
 * end: each is read in a place of its client's own.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { removePersonAndMemories } from '../../src/dependencies/removal.ts'
import type { ClientId, OwnerId } from '../../src/shared/brand.ts'
import { type Deployment, deploy } from '../support/deployment.ts'

/** Operations of one client that are under way at once (src/memory/fair-share.ts). */
const places = 8

let deployment: Deployment
beforeAll(async () => {
  deployment = await deploy()
})
afterAll(() => deployment.close())

/** A person with one client's token; `held` runs `work` while all places of the client are taken, and frees them afterwards. */
async function person(name: string) {
  await deployment.dependencies.people?.add(name)
  const client = await deployment.register()
  const tokens = await deployment.signIn(client, { user: name })
  const headers = { authorization: `Bearer ${tokens.access_token}`, 'content-type': 'application/json' }
  const send = (path: string, body: unknown, more: Record<string, string> = {}) =>
    deployment.send(path, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const me = await (await deployment.send('/api/v1/me', { headers })).json()
  return {
    ownerId: me.id as OwnerId,
    clientId: me.client_id as ClientId,
    send,
    revoke: () =>
      deployment.send('/auth/revoke', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token: tokens.access_token, client_id: me.client_id }),
      }),
    async held<T>(work: () => Promise<T>): Promise<T> {
      const files: ReadableStreamDefaultController<Uint8Array>[] = []
      const imports = Array.from({ length: places }, () =>
        deployment.send('/api/v1/backup/import', {
          method: 'POST',
          headers: { ...headers, 'content-type': 'multipart/form-data; boundary=b' },
          body: new ReadableStream<Uint8Array>({ start: (file) => void files.push(file) }),
        }),
      )
      await Bun.sleep(50)
      const done = await work()
      for (const file of files) file.close()
      await Promise.all(imports)
      return done
    },
  }
}

const text = 'The vermillion quokka sings.'
const overRest = ['/api/v1/memories/', { text }] as const
const overMcp = [
  '/mcp',
  { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add_memories', arguments: { text } } },
] as const
const kept = async (ownerId: OwnerId, clientId: ClientId) =>
  (await deployment.dependencies.api?.services.store.counts(ownerId, clientId))?.active

describe('A request whose turn comes late', () => {
  test('is served then, as long as its token stands', async () => {
    const { ownerId, clientId, held, send } = await person('ada')
    const waiting = await held(async () => [send(...overRest)])
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200])
    expect(await kept(ownerId, clientId)).toBe(1)
  })

  test('is refused with a challenge, and does nothing, when its token was revoked meanwhile', async () => {
    const { ownerId, clientId, held, send, revoke } = await person('bob')
    const waiting = await held(async () => {
      const sent = [send(...overRest), send(...overMcp), send('/mcp', [overMcp[1], { ...overMcp[1], id: 2 }])]
      await Bun.sleep(50)
      expect((await revoke()).status).toBe(200)
      return sent
    })
    for (const answer of await Promise.all(waiting)) {
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
    expect(await kept(ownerId, clientId)).toBe(0)
  })

  test('is refused when the account was erased meanwhile, and nothing of the person is there', async () => {
    const { ownerId, clientId, held, send } = await person('carol')
    const waiting = await held(async () => {
      const sent = [send(...overRest), send(...overMcp)]
      await Bun.sleep(50)
      await removePersonAndMemories(deployment.config, 'carol')
      return sent
    })
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([401, 401])
    expect(await kept(ownerId, clientId)).toBe(0)
  })

  test('is refused too where the token outlives the account: its sign-in is another server’s', async () => {
    const { ownerId, clientId, held, send } = await person('dora')
    const waiting = await held(async () => {
      const sent = [send(...overRest)]
      await Bun.sleep(50)
      await deployment.dependencies.api?.services.store.eraseOwner(ownerId, Date.now())
      return sent
    })
    const [answer] = await Promise.all(waiting)
    expect(answer?.status).toBe(409)
    expect(await answer?.json()).toMatchObject({ code: 'account_erased' })
    expect(await kept(ownerId, clientId)).toBe(0)
    expect((await send(...overRest)).status).toBe(200)
  })
})

/** The disk of DATA_DIR is full: what a person may do all the same, and what is said to them and to whoever runs the server. */
import { afterAll, expect, test } from 'bun:test'
import { type Deployment, deploy } from '../support/deployment.ts'
import { type SmallDisk, smallDisk } from '../support/small-disk.ts'

// Memories that Postgres keeps know nothing of that disk: there are no tests of it there, rather than skipped ones.
const onThatDisk = process.env.MEMORY_STORE !== 'postgres'
const disk = onThatDisk ? smallDisk(24) : undefined
afterAll(() => disk?.unmount())
const onSmallDisk: (...described: Parameters<typeof test>) => void = onThatDisk
  ? test.skipIf(disk === undefined)
  : () => undefined

const bearer = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' })
const add = (deployment: Deployment, token: string, text: string) =>
  deployment.send('/api/v1/memories/', { method: 'POST', headers: bearer(token), body: JSON.stringify({ text }) })

onSmallDisk(
  'on a full disk memories are read and deleted, and whoever wants to write is told what is wrong',
  async () => {
    const { folder, fill, empty } = disk as SmallDisk
    const deployment = await deploy({ DATA_DIR: folder })
    const { access_token: token } = await deployment.signIn(await deployment.register())
    const ids: string[] = []
    for (let at = 0; at < 20; at++) {
      const added = await add(deployment, token, `The keeper of light ${at} counted ${at * 7} ships.`)
      ids.push(((await added.json()) as { id: string }).id)
    }
    fill()
    let refused = await add(deployment, token, 'One more.')
    for (let tried = 0; refused.status === 200 && tried < 2_000; tried++)
      refused = await add(deployment, token, `One more ${tried}: ${'gulls and terns, '.repeat(200)}`)
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({
      code: 'disk_full',
      detail: expect.stringContaining('disk of DATA_DIR'),
    })
    const search = await deployment.send('/api/v1/memories/search', {
      method: 'POST',
      headers: bearer(token),
      body: JSON.stringify({ query: 'keeper' }),
    })
    expect(search.status).toBe(200)

    const health = await deployment.send('/health')
    expect(health.status).toBe(200)
    expect(((await health.json()) as { engines: unknown[] }).engines).toContainEqual(
      expect.objectContaining({
        engine: 'sqlite',
        state: 'up',
        code: 'disk_full',
        detail: expect.stringContaining('disk of DATA_DIR'),
      }),
    )

    for (const id of ids.slice(0, 5)) {
      const deleted = await deployment.send(`/api/v1/memories/${id}`, { method: 'DELETE', headers: bearer(token) })
      expect(deleted.status).toBe(200)
      expect((await deployment.send(`/api/v1/memories/${id}`, { headers: bearer(token) })).status).toBe(404)
    }
    empty()
    expect((await add(deployment, token, 'There is room again.')).status).toBe(200)
    const well = (await (await deployment.send('/health')).json()) as { engines: object[] }
    expect(well.engines.every((engine) => !('detail' in engine))).toBe(true)
    await deployment.close()
  },
  60_000,
)

onSmallDisk(
  'on a full disk tokens are refreshed and taken back, so that whoever is signed in can go on deleting',
  async () => {
    const { folder, fill, empty } = disk as SmallDisk
    empty()
    const deployment = await deploy({ DATA_DIR: folder })
    const { client_id } = await deployment.register()
    let tokens = await deployment.signIn({ client_id })
    const other = await deployment.signIn({ client_id })
    const refresh = (refresh_token = '') =>
      deployment.form('/auth/token', { grant_type: 'refresh_token', refresh_token, client_id })
    const ids: string[] = []
    for (let at = 0; at < 5; at++) {
      const added = await add(deployment, tokens.access_token, `The keeper of light ${at} left.`)
      ids.push(((await added.json()) as { id: string }).id)
    }
    fill()
    const register = () =>
      deployment.register({ client_name: 'One more app '.repeat(7) }).catch(({ message }) => message)
    let refused: unknown
    for (let tried = 0; typeof refused !== 'string' && tried < 5_000; tried++) refused = await register()
    expect(refused).toContain('503')

    for (const id of ids) {
      for (let hours = 0; hours < 20; hours++) {
        const refreshed = await refresh(tokens.refresh_token)
        expect(refreshed.status).toBe(200)
        tokens = (await refreshed.json()) as typeof tokens
      }
      const headers = bearer(tokens.access_token)
      expect((await deployment.send(`/api/v1/memories/${id}`, { method: 'DELETE', headers })).status).toBe(200)
    }
    const revoked = await deployment.form('/auth/revoke', { token: other.refresh_token ?? '', client_id })
    expect(revoked.status).toBe(200)
    expect((await refresh(other.refresh_token)).status).toBe(400)
    const read = await deployment.send('/api/v1/memories/', { headers: bearer(other.access_token) })
    expect(read.status).toBe(401)
    await deployment.close()
    empty()
  },
  60_000,
)

onSmallDisk(
  'a server that is told to end on a full disk ends well: who read what may be missing, and nothing else',
  async () => {
    const { folder, fill, empty } = disk as SmallDisk
    empty()
    const deployment = await deploy({ DATA_DIR: folder })
    const { access_token: token } = await deployment.signIn(await deployment.register())
    const { id } = (await (await add(deployment, token, 'The lamp was lit.')).json()) as { id: string }
    fill()
    for (let tried = 0; tried < 2_000; tried++) {
      const added = await add(deployment, token, `Another ${tried}: ${'gulls and terns, '.repeat(200)}`)
      if (added.status !== 200) break
    }
    const read = () => deployment.send(`/api/v1/memories/${id}`, { headers: bearer(token) })
    for (let at = 0; at < 900; at++) expect((await read()).status).toBe(200)
    await deployment.close()
    empty()
    const again = await deploy({ DATA_DIR: folder })
    // Signed in anew: on Redis each server of the tests has stores of its own.
    const { access_token: later } = await again.signIn(await again.register())
    const found = await again.send(`/api/v1/memories/${id}`, { headers: bearer(later) })
    expect(found.status).toBe(200)
    await again.close()
  },
  60_000,
)

/** A person goes: memories, history, settings and sign-in are removed, over REST in two steps and from the command line. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { removePersonAndMemories } from '../../src/dependencies/removal.ts'
import { type Deployment, deploy } from '../support/deployment.ts'
import { failureOf, saying } from '../support/failure.ts'
import { type Call, restCaller, withAccount } from '../support/rest.ts'

let deployment: Deployment
beforeAll(async () => {
  deployment = await deploy()
})
afterAll(() => deployment.close())

async function person(name: string): Promise<Call> {
  await deployment.dependencies.people?.add(name)
  return restCaller(deployment, name, withAccount)
}
const names = async () => (await Array.fromAsync(deployment.dependencies.people?.list() ?? [])).map(({ name }) => name)
const filesWith = (folder: string, marker: string) =>
  readdirSync(folder).filter(
    (file) => file.startsWith('memory.db') && readFileSync(join(folder, file)).includes(marker),
  )

describe('Deleting the account', () => {
  test('the document names the scope', async () => {
    const { paths } = await (await deployment.send('/api/v1/openapi.json')).json()
    expect(paths['/api/v1/account/delete'].post.security[0]).toEqual({ oauth2: ['account:delete'] })
  })

  test('the first call deletes nothing and says how much there is; the second removes it all, and the token is dead', async () => {
    const call = await person('ada')
    const marker = 'vermillionquokka'
    await call('POST', '/memories/', {
      text: `The ${marker} sings.`,
      categories: [marker],
      entities: [{ name: `Grace ${marker}` }],
    })
    const first = await call('POST', '/account/delete', {})
    expect(first.body).toMatchObject({ deleted: false, memories: 1 })
    // What becomes of the sign-in is told once it has.
    expect(first.body).not.toHaveProperty('sign_in')
    expect((await call('GET', '/memories/')).body.total).toBe(1)
    expect((await call('POST', '/account/delete', { confirmation: 'wrong' })).status).toBe(422)
    const { confirmation } = first.body
    const second = await call('POST', '/account/delete', { confirmation })
    expect(second.body).toMatchObject({ deleted: true, memories: 1, sign_in: 'removed' })
    expect((await call('GET', '/memories/')).status).toBe(401)
    expect(await names()).not.toContain('ada')
    if (process.env.MEMORY_STORE !== 'postgres') expect(filesWith(deployment.config.dataDir, marker)).toEqual([])
  })

  test('RFC 6750 section 3.1: memories:write is not enough, and the challenge names the scope that is', async () => {
    const writer = await restCaller(deployment, 'owner')
    for (const body of [{}, { confirmation: 'any' }]) {
      const refused = await writer('POST', '/account/delete', body)
      expect(refused.status).toBe(403)
      const challenge = refused.headers.get('www-authenticate')
      expect(challenge).toContain('error="insufficient_scope"')
      expect(challenge).toContain('scope="account:delete"')
    }
  })

  test('an app that the person limited is refused, whatever its scope', async () => {
    const call = await person('dora')
    await call('POST', '/memories/', { text: 'Dora likes tea.' })
    const { client_id } = (await call('GET', '/me')).body
    const app = await restCaller(deployment, 'dora')
    const limited = await app('PUT', `/apps/${client_id}/access`, { read: 'own', write: 'own' })
    expect(limited.status).toBe(200)
    const refused = await call('POST', '/account/delete', {})
    expect(refused.status).toBe(403)
    expect(refused.headers.get('www-authenticate')).toBeNull()
    expect(await names()).toContain('dora')
  })

  test('a confirmation is another person’s for nobody else', async () => {
    const [eve, bob] = [await person('eve'), await person('bob')]
    const { body } = await eve('POST', '/account/delete', {})
    expect((await bob('POST', '/account/delete', { confirmation: body.confirmation })).status).toBe(422)
    expect(await names()).toContain('bob')
  })

  test('from the command line: by name, and by id where the sign-in is gone already', async () => {
    const call = await person('carol')
    await call('POST', '/memories/', { text: 'Carol likes tea.' })
    const removed = await removePersonAndMemories(deployment.config, 'carol')
    expect(removed).toMatchObject({ signIn: true, erased: { memories: 1 } })
    expect(await failureOf(removePersonAndMemories(deployment.config, removed.ownerId))).toMatchObject(
      saying('Nobody is called'),
    )
    expect((await call('GET', '/memories/')).status).toBe(401)
  })
})

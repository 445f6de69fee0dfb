import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { Client, User } from '../../src/oidc/ports.ts'
import {
  type AuthorizationServer,
  departureOf,
  pageOf,
  startAuthorizationServer,
  textOf,
} from '../support/authorization-server.ts'
import { type Browser, type Departure, formOf, type Page } from '../support/browser.ts'
import { failureOf } from '../support/failure.ts'
import { startIdentityProvider, type TestIdentityProvider } from '../support/identity-provider.ts'
import { type Outage, outage } from '../support/outage.ts'

const issuer = 'https://memory.example'
let google: TestIdentityProvider
let here: AuthorizationServer
let client: Client
let using: Browser
let trouble: Outage
beforeEach(async () => {
  google = await startIdentityProvider({ issuer })
  trouble = outage()
  here = await startAuthorizationServer({
    issuer,
    outage: trouble,
    identityProviders: [google.provider],
    settings: { allowedEmails: ['sam@ok.example'] },
  })
  client = await here.addClient()
  using = here.browser()
})
afterEach(async () => {
  await google.stop()
  await here.close()
})

const viaGoogle = async () => {
  const page = await using.open(here.authorizationUrl(client, { prompt: 'login consent' }))
  return using.open(await google.agree(departureOf(await using.submit(formOf(page, '/with/google'), {}))))
}
const subOf = async (consent: Page | Departure) => {
  const left = await using.submit(formOf(consent, '/auth/consent/'), { decision: 'allow' })
  return decodeJwt((await here.redeem(client, departureOf(left))).id_token).sub
}
const subByCode = async () => {
  const left = await here.complete(here.browser(), here.authorizationUrl(client))
  return decodeJwt((await here.redeem(client, left)).id_token).sub
}

test('somebody new is asked whether they are known here, however many have signed in with an account: nobody is walked', async () => {
  const identitiesOf = (subject: string) => [{ provider: 'google', subject }]
  for (let at = 0; at < 600; at++) {
    const id = `-${String(at).padStart(3, '0')}` as User['id']
    const times = { createdAt: 0, updatedAt: 0 }
    await here.dependencies.stores.users.create({ id, name: id, identities: identitiesOf(id), ...times })
  }
  await subByCode()
  const asked: string[] = []
  trouble.begin((store, method) => {
    asked.push(`${store}.${method}`)
    return undefined
  })
  expect(textOf(pageOf(await viaGoogle()))).toContain('Have you been here before?')
  expect(asked).not.toContain('users.list')
})

describe('souvenir users link', () => {
  const account = () => ({ provider: google.url, subject: 'johndoe' })

  test('names an account before its first sign-in, which then is that person’s, without a question', async () => {
    const owner = await subByCode()
    await here.people.link('owner', account())
    await here.people.link('owner', account())
    expect(await subOf(await viaGoogle())).toBe(owner)
    expect((await Array.fromAsync(here.people.list())).map(({ identities }) => identities)).toEqual([
      [{ provider: 'console', subject: 'owner' }, account()],
    ])
  })

  test('an account that has signed in on its own is first removed, which ends what it allowed; then it is linked', async () => {
    const owner = await subByCode()
    const page = pageOf(await viaGoogle())
    const own = await subOf(await using.submit(formOf(page, '/link'), { decision: 'new' }))
    expect(await failureOf(here.people.link('owner', account()))).toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining(`souvenir users remove ${own}`),
    })
    await here.people.remove(String(own))
    await here.people.link('owner', account())
    using = here.browser()
    expect(await subOf(await viaGoogle())).toBe(owner)
  })

  test('nobody, an unknown provider and an address in place of a subject are refused', async () => {
    await subByCode()
    const refused = (person: string, changes: object) => here.people.link(person, { ...account(), ...changes })
    expect(await failureOf(refused('nobody', {}))).toMatchObject({ kind: 'not_found' })
    expect(await failureOf(refused('owner', { provider: 'facebook' }))).toMatchObject({
      kind: 'invalid',
      field: 'provider',
    })
    for (const subject of ['sam@ok.example', '', 'a b', 'x'.repeat(256)])
      expect(await failureOf(refused('owner', { subject }))).toMatchObject({ kind: 'invalid', field: 'subject' })
  })
})

describe('the first sign-in with Google of somebody who began with a code', () => {
  test('a code there keeps their memories: both ways lead to one sub from then on', async () => {
    const owner = await subByCode()
    const page = pageOf(await viaGoogle())
    expect(textOf(page)).toContain('Have you been here before?')
    const { code } = await here.people.issueCode()
    expect(await subOf(await using.submit(formOf(page, '/link'), { code }))).toBe(owner)
    using = here.browser()
    expect(await subOf(await viaGoogle())).toBe(owner)
    expect(await subByCode()).toBe(owner)
  })

  test('without one they are somebody new, and are not asked again', async () => {
    const owner = await subByCode()
    const page = pageOf(await viaGoogle())
    const newcomer = await subOf(await using.submit(formOf(page, '/link'), { decision: 'new', code: '' }))
    expect(newcomer).not.toBe(owner)
    using = here.browser()
    expect(await subOf(await viaGoogle())).toBe(newcomer)
  })

  test('a wrong code links nothing, and a right one is still taken', async () => {
    const owner = await subByCode()
    const page = pageOf(await viaGoogle())
    const again = pageOf(await using.submit(formOf(page, '/link'), { code: '0000-0000-0000' }))
    expect(again.status).toBe(400)
    const { code } = await here.people.issueCode()
    expect(await subOf(await using.submit(formOf(again, '/link'), { code }))).toBe(owner)
  })

  test('where nobody uses codes there is no question', async () => {
    expect(pageOf(await viaGoogle()).url).toContain('/auth/consent/')
  })

  test('the question is open to nobody who was not verified just now, in this browser', async () => {
    await subByCode()
    const start = pageOf(await using.open(here.authorizationUrl(client)))
    expect(pageOf(await using.open(`${start.url}/link`)).url).toBe(start.url)
    const form = formOf(start, '/code')
    const { code } = await here.people.issueCode()
    const posted = await using.submit({ ...form, action: form.action.replace('/code', '/link') }, { code })
    expect(pageOf(posted).url).toBe(start.url)
    const page = pageOf(await viaGoogle())
    expect(pageOf(await here.browser().open(page.url)).status).toBe(403)
    expect(pageOf(await here.browser().submit(formOf(page, '/link'), { code })).status).toBe(403)
    expect(pageOf(await using.submit(formOf(page, '/link'), { code, form_token: 'made-up' })).status).toBe(403)
  })
})

describe('sign-in is deny by default: an address that is taken off the list', () => {
  test('is out at the next refresh and the next authorization, with its session and consent still there', async () => {
    const allowed = ['sam@ok.example']
    await here.close()
    here = await startAuthorizationServer({
      issuer,
      identityProviders: [google.provider],
      settings: { allowedEmails: allowed },
    })
    client = await here.addClient()
    using = here.browser()
    const left = await using.submit(formOf(await viaGoogle(), '/auth/consent/'), { decision: 'allow' })
    const { refresh_token = '' } = await here.redeem(client, departureOf(left))
    const refresh = (token: string) =>
      here.send('/auth/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: token,
          client_id: client.id,
        }).toString(),
      })
    const silently = async () =>
      departureOf(await using.open(here.authorizationUrl(client, { prompt: 'none' }))).searchParams
    const next = (await (await refresh(refresh_token)).json()) as { refresh_token: string }
    expect((await silently()).has('code')).toBe(true)
    allowed.pop()
    const refused = await refresh(next.refresh_token)
    expect(refused.status).toBe(400)
    expect(((await refused.json()) as { error: string }).error).toBe('invalid_grant')
    expect((await silently()).get('error')).toBe('login_required')
  })
})

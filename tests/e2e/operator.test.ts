/** Commands that run beside a server work on the server's own stores. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { failureOf, saying } from '../support/failure.ts'
import { startIdentityProvider } from '../support/identity-provider.ts'
import { signIn } from '../support/script.ts'
import { freshFolder, type Product, runCommand, startProduct, target } from '../support/server.ts'

/** What a person types before the name of a command. */
const command = target === 'bun' || target === 'deno' ? 'npx bun src/main.ts' : 'souvenir'

describe(`commands beside a server on ${target}`, () => {
  let product: Product
  beforeAll(async () => {
    product = await startProduct('one process')
  }, 30_000)
  afterAll(async () => {
    await product.stop()
  })

  test("a custom GPT's client, added by hand, is known to the server at once, with its secret", async () => {
    const printed = await runCommand(
      product.variables,
      'clients',
      'add',
      '--actions',
      '--redirect-uri',
      'https://chatgpt.com/aip/g-1/oauth/callback',
    )
    const id = /client id\s+(\S+)/.exec(printed)?.[1] ?? ''
    const secret = /client secret\s+(\S+)/.exec(printed)?.[1] ?? ''
    expect(printed).toContain(`${product.issuer}/auth/token`)
    const redeem = (clientSecret: string) =>
      fetch(`${product.issuer}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: 'none',
          client_id: id,
          client_secret: clientSecret,
        }).toString(),
      }).then(async (response) => ((await response.json()) as { error: string }).error)
    expect(await redeem(secret)).toBe('invalid_grant')
    expect(await redeem('wrong')).toBe('invalid_client')
    expect(await runCommand(product.variables, 'clients', 'list')).toContain(id)
    expect(await runCommand(product.variables, 'clients', 'remove', id)).toContain('removed')
    expect(await redeem(secret)).toBe('invalid_client')
  }, 30_000)

  test('a client that is removed beside the server loses its tokens, and its open streams end', async () => {
    const { clientId, accessToken, refreshToken } = await signIn(product)
    const headers = { authorization: `Bearer ${accessToken}` }
    const stream = await fetch(`${product.apiUrl}/mcp/sse`, { headers })
    expect(stream.status).toBe(200)
    await runCommand(product.variables, 'clients', 'remove', clientId)
    for await (const _ of stream.body ?? []);
    expect((await fetch(`${product.apiUrl}/api/v1/me`, { headers })).status).toBe(401)
    const refreshed = await fetch(`${product.issuer}/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken }),
    })
    expect(refreshed.status).toBe(401)
    expect(await refreshed.json()).toMatchObject({ error: 'invalid_client' })
  }, 30_000)

  test('RFC 7662: a resource server added by hand learns of tokens for what it serves, and of no others', async () => {
    const { accessToken } = await signIn(product)
    const add = (...words: string[]) => runCommand(product.variables, 'clients', 'add', '--machine', ...words)
    const introspect = async (printed: string) => {
      const [id = '', secret = ''] = ['id', 'secret'].map(
        (what) => new RegExp(`client ${what} +(\\S+)`).exec(printed)?.[1] ?? '',
      )
      const response = await fetch(`${product.issuer}/auth/introspect`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
        body: new URLSearchParams({ token: accessToken }),
      })
      return (await response.json()) as { active: boolean; sub?: string }
    }
    const gateway = await add('--name', 'Gateway', '--serves', product.apiUrl)
    expect(gateway).toContain(`${product.issuer}/auth/introspect`)
    expect(await introspect(gateway)).toMatchObject({ active: true, sub: decodeJwt(accessToken).sub })
    expect(await introspect(await add())).toEqual({ active: false })
    expect(await runCommand(product.variables, 'clients', 'list')).toContain(`\tserves ${product.apiUrl}`)
    await expect(add('--serves', 'https://elsewhere.example')).rejects.toThrow('--serves')
  }, 30_000)

  test('the keys that are listed are those the server publishes', async () => {
    const published = (await (await fetch(`${product.issuer}/auth/jwks`)).json()) as { keys: { kid: string }[] }
    const listed = await runCommand(product.variables, 'keys', 'list')
    for (const { kid } of published.keys) expect(listed).toContain(kid)
  }, 30_000)

  test('a key is made in a file, and imported as the next', async () => {
    const path = join(freshFolder(), 'signing.pem')
    await runCommand(product.variables, 'keys', 'generate', path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const again = runCommand(product.variables, 'keys', 'generate', path)
    expect(await failureOf(again)).toMatchObject(saying('exists already'))
    await again.catch(() => undefined)
    const printed = await runCommand(product.variables, 'keys', 'import', path)
    expect(printed).toContain(`It signs after: ${command} keys rotate`)
    expect(await runCommand(product.variables, 'keys', 'list')).toBe(printed.split('\n').slice(1).join('\n'))
    expect(await failureOf(runCommand(product.variables, 'keys', 'generate'))).toMatchObject(
      saying(`${command} keys rotate`),
    )
  }, 30_000)

  test('the first keys are made where they are kept, before any server', async () => {
    const variables = { DATA_DIR: freshFolder() }
    const printed = await runCommand(variables, 'keys', 'generate')
    expect(printed).toMatch(/\tcurrent\t/)
    expect(printed).toMatch(/\tnext\t/)
    expect(await runCommand(variables, 'keys', 'list')).toBe(printed)
  }, 30_000)
})

test(`souvenir users link, beside a server on ${target}: who signed in with a code signs in with Google as the same person`, async () => {
  const google = await startIdentityProvider({ issuer: 'http://localhost' })
  const product = await startProduct('one process', {
    GOOGLE_CLIENT_ID: 'souvenir-at-google',
    GOOGLE_CLIENT_SECRET: 'their-secret',
    GOOGLE_ISSUER: google.url,
    ALLOWED_EMAILS: 'sam@ok.example',
  })
  try {
    const withCode = decodeJwt((await signIn(product)).accessToken).sub
    const link = () => runCommand(product.variables, 'users', 'link', 'owner', 'johndoe', '--provider', google.url)
    expect(await link()).toContain('owner keeps their memories')
    expect(await runCommand(product.variables, 'users', 'list')).toContain(`${google.url} johndoe`)
    const withGoogle = await signIn(product, { through: google })
    expect(decodeJwt(withGoogle.accessToken).sub).toBe(withCode ?? '')
    await expect(runCommand(product.variables, 'users', 'link', 'nobody', 'johndoe')).rejects.toThrow('nobody')
  } finally {
    await product.stop()
    await google.stop()
  }
}, 60_000)

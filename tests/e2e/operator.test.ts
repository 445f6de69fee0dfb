/** Commands that run beside a server work on the server's own stores. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Product, runCommand, startProduct, target } from '../support/server.ts'

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

  test('the keys that are listed are those the server publishes', async () => {
    const published = (await (await fetch(`${product.issuer}/auth/jwks`)).json()) as { keys: { kid: string }[] }
    const listed = await runCommand(product.variables, 'keys', 'list')
    for (const { kid } of published.keys) expect(listed).toContain(kid)
  }, 30_000)
})

/** Two processes of the pages behind a round robin; only Redis is shared. REDIS_URL names the server. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import { createBrowser, formOf, type Page } from '../support/browser.ts'
import { engineUrl } from '../support/engines.ts'
import { type RoundRobin, startRoundRobin } from '../support/round-robin.ts'
import { freePort, freshFolder, runCommand, type Server, startServer, target } from '../support/server.ts'
import { pageOf } from '../support/ui.ts'

/** A database of this suite's own, emptied before and after. */
const database = 12
const url = engineUrl('REDIS_URL')

if (url !== undefined) {
  describe(`two processes of the pages on one Redis, on ${target}`, () => {
    const redisUrl = Object.assign(new URL(url), { pathname: `/${database}` }).href
    const admin = new Redis(redisUrl)
    const started: Server[] = []
    let balancer: RoundRobin | undefined
    let issuer: string
    let uiUrl: string
    let issueCode: () => Promise<string>

    beforeAll(async () => {
      await admin.flushdb()
      const ports = await Promise.all(Array.from({ length: 4 }, freePort))
      const [main = 0, first = 0, second = 0, front = 0] = ports
      issuer = `http://localhost:${main}`
      uiUrl = `http://localhost:${front}`
      const shared = {
        OIDC_BASE_URL: issuer,
        API_BASE_URL: issuer,
        UI_BASE_URL: uiUrl,
        REDIS_URL: redisUrl,
        KEYS_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        JWKS_URL: `${issuer}/auth/jwks`,
      }
      const start = async (port: number, roles: string) =>
        started.push(
          await startServer({ ...shared, DATA_DIR: freshFolder(), PORT: String(port) }, port, '--roles', roles),
        )
      await start(main, 'auth,api')
      await Promise.all([start(first, 'ui'), start(second, 'ui')])
      issueCode = () => runCommand({ ...shared, DATA_DIR: freshFolder() }, 'code')
      balancer = startRoundRobin(front, [first, second])
    }, 60_000)
    afterAll(async () => {
      await Promise.all(started.map((server) => server.stop()))
      await balancer?.stop()
      await admin.flushdb()
      admin.disconnect()
    }, 30_000)

    test('a sign-in begun at one is finished at the other, both know who is there, and one logout ends it at both', async () => {
      const [pages, signIn] = [createBrowser(uiUrl, fetch), createBrowser(issuer, fetch)]
      const away = async (at: Page | { left: URL }) => ('left' in at ? at.left.href : Promise.reject(new Error(at.url)))
      const asked = await away(await pages.open('/memories/new'))
      const answered = await away(
        await signIn.submit(formOf(await signIn.open(asked), '/code'), { code: await issueCode() }),
      )
      const form = formOf(await pages.open(answered), '/memories/new')
      expect(
        pageOf(await pages.submit(form, { text: 'Told to two.', categories: '', occurred_at: '' })).html,
      ).toContain('Told to two.')
      for (let page = 0; page < 4; page++) expect(pageOf(await pages.open('/memories')).html).toContain('Told to two.')
      expect(balancer?.served.every((count) => count >= 4)).toBe(true)
      const kept = await admin.keys('souvenir:ui-session:*')
      expect(kept).toHaveLength(1)
      expect(await admin.ttl(kept[0] ?? '')).toBeGreaterThan(1_000_000)
      expect(await admin.get(kept[0] ?? '')).not.toContain('eyJhbGciOi')
      const cookies = new Map(pages.cookies)
      const home = pageOf(await pages.open('/memories'))
      await away(await pages.submit(formOf(home, '/session/logout'), {}))
      for (let page = 0; page < 2; page++) {
        const stale = createBrowser(uiUrl, fetch)
        for (const [name, value] of cookies) stale.cookies.set(name, value)
        expect(await away(await stale.open('/memories'))).toStartWith(`${issuer}/auth/authorize?`)
      }
    }, 30_000)
  })
}

/** What a person was called and what they wrote is in no dump of Redis once their account is deleted. */
import { describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { deploy } from '../support/deployment.ts'
import { engineUrl } from '../support/engines.ts'
import { restCaller, withAccount } from '../support/rest.ts'
import { freePort } from '../support/server.ts'

const marker = 'xylophonequokka'

if (engineUrl('REDIS_URL') === undefined)
  describe.skip('Redis after an account is deleted (REDIS_URL is not set)', () => test('', () => undefined))
else
  test('Redis after an account is deleted holds neither the name nor a text of the person', async () => {
    const [dir, port] = [mkdtempSync(join(tmpdir(), 'souvenir-redis-')), String(await freePort())]
    const plain = ['--save', '', '--rdbcompression', 'no', '--dir', dir]
    const engine = Bun.spawn(['redis-server', '--bind', '127.0.0.1', '--port', port, ...plain], { stdout: 'ignore' })
    const url = `redis://127.0.0.1:${port}/0`
    const admin = new Redis(url)
    // Until the server is up.
    admin.on('error', () => undefined)
    const dumped = async () => {
      await admin.save()
      return readFileSync(join(dir, 'dump.rdb'))
    }
    try {
      await admin.ping()
      const deployment = await deploy({ REDIS_URL: url, KEYS_ENCRYPTION_KEY: randomBytes(32).toString('base64') })
      await deployment.dependencies.people?.add(marker)
      const call = await restCaller(deployment, marker, withAccount)
      await call('POST', '/memories/', { text: `The ${marker} sings.` }, { 'idempotency-key': `${marker}-1` })
      await call('POST', '/memories/search', { query: marker })
      expect((await dumped()).includes(marker)).toBe(true)
      const { confirmation } = (await call('POST', '/account/delete', {})).body
      expect((await call('POST', '/account/delete', { confirmation })).body).toMatchObject({ deleted: true })
      expect((await dumped()).includes(marker)).toBe(false)
      await deployment.close()
    } finally {
      admin.disconnect()
      engine.kill()
      await engine.exited
      rmSync(dir, { recursive: true })
    }
  }, 60_000)

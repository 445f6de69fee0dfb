/** A person at the pages, as far as a browser without script is needed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { redisUrl } from './auth-shape.ts'
import { type Browser, type Departure, formOf, type Page } from './browser.ts'
import type { Deployment } from './deployment.ts'

/** Opens a page and signs in on the way: the page that was asked for. */
export async function openSignedIn(
  product: Pick<Deployment, 'issueCode'>,
  browser: Browser,
  path: string,
  user?: string,
): Promise<Page> {
  const at = await browser.open(path)
  if (!('left' in at) && !at.forms.some(({ action }) => action.endsWith('/code'))) return at
  const signedIn = await browser.submit(formOf(at, '/code'), { code: await product.issueCode(user) })
  return pageOf(signedIn)
}

export function pageOf(at: Page | Departure): Page {
  if ('left' in at) throw new Error(`the browser left for ${at.left.href}`)
  return at
}

/** The page as a person reads it. */
export const wordsOf = ({ html }: Page): string =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

/** All that the engine keeps of sessions: the bytes of the file, or what is in Redis. */
export async function keptSessions({ DATA_DIR = '', REDIS_KEY_PREFIX }: Deployment['shared']): Promise<string> {
  if (REDIS_KEY_PREFIX === undefined)
    return ['ui.db', 'ui.db-wal'].map((name) => readFileSync(join(DATA_DIR, name)).toString('latin1')).join('')
  const redis = new Redis(redisUrl())
  const values = await redis.mget(await redis.keys(`${REDIS_KEY_PREFIX}ui-session:*`))
  redis.disconnect()
  return values.join('')
}

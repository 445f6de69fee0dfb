/** A person at the dashboard, as far as a browser without script is needed. */
import { type Browser, type Departure, formOf, type Page } from './browser.ts'
import type { Deployment } from './deployment.ts'

/** Opens a page of the dashboard and signs in on the way: the page that was asked for. */
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

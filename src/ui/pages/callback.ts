/**
 * Where the issuer sends the browser back to (OpenID Connect Core section 3.1.2.5). Only the browser that began the sign-in can
 * finish it: nobody can be signed in to somebody else's memories by a link.
 */
import { Fault } from '../../shared/fault.ts'
import type { OpenPage } from '../page.ts'
import { redirect } from '../respond.ts'
import { readLoginCookie, removedLoginCookie } from '../session/cookies.ts'
import { fromCookieValue } from '../session/login.ts'

export const page: OpenPage = {
  access: 'anyone',
  async show({ request, url, person, settings, site }) {
    const state = url.searchParams.get('state') ?? ''
    const login = fromCookieValue(readLoginCookie(request, state, settings), state)
    if (login === undefined) {
      // The page was loaded again, or the browser's back button was used.
      if (person !== undefined) return redirect('/')
      throw new Fault('forbidden', 'This sign-in was not begun in this browser, or it took too long.', {
        code: 'login_unknown',
      })
    }
    const finished = removedLoginCookie(login.state, settings)
    if (url.searchParams.get('error') === 'access_denied') return redirect('/', [finished])
    const redeemed = await site.issuer.redeem(url, login)
    // Somebody else may have been signed in here: their session ends.
    await site.sessions.end(request)
    return redirect(login.to, [finished, await site.sessions.start(redeemed)])
  },
}

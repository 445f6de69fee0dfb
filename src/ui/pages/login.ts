/** Begins a sign-in at the issuer (OpenID Connect Core section 3.1.2.1) and remembers in this browser where it leads. */
import type { OpenPage } from '../page.ts'
import { redirect } from '../respond.ts'
import { loginCookies } from '../session/cookies.ts'
import { beginLogin, returnPath, toCookieValue } from '../session/login.ts'

export const page: OpenPage = {
  access: 'anyone',
  async show({ request, url, person, settings, site }) {
    const to = returnPath(url.searchParams.get('to'), settings)
    if (person !== undefined) return redirect(to)
    const login = beginLogin(site.dependencies.random, to)
    const at = await site.issuer.authorizationUrl(login)
    return redirect(at.href, loginCookies(request, login.state, toCookieValue(login), settings))
  },
}

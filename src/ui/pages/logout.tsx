/** @jsxImportSource preact */
/** Signs out here, ends the authorization, and goes on to the issuer so that it ends its session too (RP-Initiated Logout 1.0). */
import { pageResponse } from '../../html/page.tsx'
import { requestContext } from '../../shared/request-context.ts'
import { assetsPath, uiStyles } from '../assets.ts'
import type { PersonsPage } from '../page.ts'
import { redirect } from '../respond.ts'

export const page: PersonsPage = {
  access: 'signed-in',
  show: async () => redirect('/'),
  async submit({ request, site }) {
    const { cookie, tokens } = await site.sessions.end(request)
    if (tokens === undefined) return redirect('/', [cookie])
    const to = await site.issuer.logoutUrl(tokens)
    await site.issuer.revoke(tokens).catch((error) => {
      // The session is gone here, and the tokens end by themselves.
      site.dependencies.log.warn({ requestId: requestContext(request).requestId, err: error }, 'revocation failed')
    })
    // Not a redirect: `form-action` forbids a form to be followed to another origin, and the issuer may be one.
    return pageResponse(
      {
        title: 'Signing out',
        assetsPath,
        stylesheet: uiStyles,
        movesOnTo: to.href,
        headers: { 'set-cookie': cookie },
      },
      <>
        <h1>One moment</h1>
        <p>You are being signed out.</p>
        <div class="actions">
          <a class="button" href={to.href}>
            Continue
          </a>
        </div>
      </>,
    )
  },
}

/** @jsxImportSource preact */
import { FormToken } from '../../html/components.tsx'
import { showPage } from './show.tsx'

/** After RP-Initiated Logout, where the client named no address to return to. */
export const signedOutPage = (headers?: HeadersInit): Response =>
  showPage(
    { title: 'Signed out', headers },
    <>
      <h1>You are signed out</h1>
      <p>This browser no longer knows you here. Apps that you connected stay connected until you disconnect them.</p>
      <p class="quiet">You can close this page.</p>
    </>,
  )

/** RP-Initiated Logout section 2: asks before signing out, when nothing proves that the person meant it. */
export const confirmSignOutPage = (form: {
  action: string
  formToken?: string
  fields?: Readonly<Record<string, string>>
}) =>
  showPage(
    { title: 'Sign out' },
    <>
      <h1>Sign out of this browser?</h1>
      <p>Apps that you connected stay connected.</p>
      <form method="post" action={form.action}>
        {form.formToken === undefined ? null : <FormToken value={form.formToken} />}
        {Object.entries(form.fields ?? {}).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <div class="actions">
          <button type="submit">Sign out</button>
        </div>
      </form>
    </>,
  )

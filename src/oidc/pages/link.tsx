/** @jsxImportSource preact */
import { FormToken, Notice } from '../../html/components.tsx'
import { CodeField } from './code-field.tsx'
import { type ShownAgain, showPage } from './show.tsx'

/** Asks somebody new whether they are someone we know. Beginning without a code is as easy as with one. */
export const linkPage = (
  page: ShownAgain & {
    readonly account: string
    readonly action: string
    readonly formToken: string
    readonly command: string
  },
): Response =>
  showPage(
    { title: 'Welcome', status: page.status },
    <>
      <h1>Have you been here before?</h1>
      <p>
        {'This is the first sign-in of '}
        <bdi>{page.account}</bdi>
        {
          '. If you used a printed code until now, enter a new one: you keep your memories, and either way of signing in leads to them.'
        }
      </p>
      {page.problem === undefined ? null : (
        <Notice tone="error" id="problem">
          <p>{page.problem}</p>
        </Notice>
      )}
      <form method="post" action={page.action}>
        <FormToken value={page.formToken} />
        <CodeField label="Sign-in code" command={page.command} problem={page.problem !== undefined} />
        <div class="actions">
          <button type="submit">Keep my memories</button>
        </div>
      </form>
      <p class="or">or</p>
      <form method="post" action={page.action}>
        <FormToken value={page.formToken} />
        <div class="actions">
          <button type="submit" name="decision" value="new" class="secondary">
            I am new here
          </button>
        </div>
      </form>
    </>,
  )

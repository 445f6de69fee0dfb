/** @jsxImportSource preact */
import { Facts, FormToken, Notice, Permissions } from '../../html/components.tsx'
import type { ClientDescription } from './describe-client.ts'
import { type ShownAgain, showPage } from './show.tsx'

export interface ConsentPage extends ShownAgain {
  readonly client: ClientDescription
  readonly permissions: readonly string[]
  readonly action: string
  readonly formToken: string
  /** The sign-in page of the same request. */
  readonly signIn: string
  /** Whom the person is signed in as. */
  readonly account: string
}

/** Asks a signed-in person whether this client may have what it asks for (OpenID Connect Core section 3.1.2.4). */
export const consentPage = (page: ConsentPage): Response =>
  showPage(
    { title: 'Allow access', status: page.status },
    <>
      <h1>
        {'Connect '}
        <bdi>{page.client.name}</bdi>
        {'?'}
      </h1>
      {page.problem === undefined ? null : (
        <Notice tone="error">
          <p>{page.problem}</p>
        </Notice>
      )}
      {page.client.vouched ? null : (
        <Notice tone="warn">
          <p>
            <strong>Nobody vouches for this app.</strong>
            {
              ' Anyone could have given it this name. Go on only if you began this yourself just now, in an app that you trust.'
            }
          </p>
        </Notice>
      )}
      <h2>It will be able to</h2>
      <Permissions sentences={page.permissions} />
      <Facts
        facts={[
          { term: 'App', value: <bdi>{page.client.name}</bdi>, why: page.client.origin },
          { term: 'Afterwards your browser goes to', value: page.client.destination },
          {
            term: 'Signed in as',
            value: <bdi>{page.account}</bdi>,
            why: <a href={page.signIn}>Use another account</a>,
          },
        ]}
      />
      <form method="post" action={page.action}>
        <FormToken value={page.formToken} />
        <div class="actions">
          <button type="submit" name="decision" value="allow">
            Allow
          </button>
          <button type="submit" name="decision" value="deny" class="secondary">
            Don’t allow
          </button>
        </div>
      </form>
    </>,
  )

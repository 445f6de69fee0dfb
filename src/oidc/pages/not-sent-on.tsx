import { Facts, HiddenFields, Notice } from '../../html/components.tsx'
import type { OAuthError } from '../errors.ts'
import type { ClientDescription } from './describe-client.ts'
import { showPage } from './show.tsx'

interface NotSentOnPage {
  readonly client: ClientDescription
  readonly error: Pick<OAuthError, 'code' | 'description'>
  /** Where the answer leads, by a link or by a form. */
  readonly onward:
    | { readonly href: string }
    | { readonly action: string; readonly fields: readonly (readonly [string, string])[] }
  readonly headers?: HeadersInit | undefined
}

/** In place of a redirect to an address that nobody here has trusted yet (RFC 9700 section 4.11.2). Nothing on it moves on by itself. */
export const notSentOnPage = ({ client, error, onward, headers }: NotSentOnPage): Response =>
  showPage(
    { title: 'Not connected', status: 400, formsTo: 'href' in onward ? 'self' : 'anywhere', headers },
    <>
      <h1>Not connected</h1>
      <p>
        <bdi>{client.name}</bdi>
        {' was not connected, and nothing was shared. '}
        {error.code === 'access_denied' ? 'You did not allow it.' : error.description}
      </p>
      <Notice tone="warn">
        <p>
          <strong>Nobody here has used this app yet.</strong>
          {' Whoever sent you this link may have wanted to bring you to its address. Go there only if you know it.'}
        </p>
      </Notice>
      <Facts
        facts={[
          { term: 'App', value: <bdi>{client.name}</bdi>, why: client.origin },
          { term: 'Its address', value: client.destination },
        ]}
      />
      <div class="actions">
        {'href' in onward ? (
          <a class="button secondary" href={onward.href}>{`Go to ${client.destination}`}</a>
        ) : (
          <form method="post" action={onward.action}>
            <HiddenFields fields={onward.fields} />
            <button type="submit" class="secondary">{`Go to ${client.destination}`}</button>
          </form>
        )}
      </div>
      <p class="reference">
        {'Error '}
        <code>{error.code}</code>
      </p>
    </>,
  )

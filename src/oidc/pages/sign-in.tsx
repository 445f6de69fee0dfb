/** @jsxImportSource preact */
import { Facts, FormToken, Notice, Permissions } from '../../html/components.tsx'
import { CodeField } from './code-field.tsx'
import type { ClientDescription } from './describe-client.ts'
import { type ShownAgain, showPage } from './show.tsx'

export interface SignInPage extends ShownAgain {
  readonly client: ClientDescription
  readonly permissions: readonly string[]
  /** Where its forms post to: `/auth/signin/{id}`. */
  readonly action: string
  readonly formToken: string
  readonly command: string
  readonly providers: readonly { readonly name: string; readonly label: string }[]
}

/**
 * Who asks, for what, and where the browser goes next; then the ways to sign in. Nothing happens without a click here:
 * that click, in this browser, is what an identity provider's answer is tied to.
 */
export const signInPage = (page: SignInPage): Response =>
  showPage(
    {
      title: 'Sign in',
      status: page.status,
    },
    <>
      {page.client.own ? <OwnPages /> : <WhoAsks client={page.client} />}
      {page.problem === undefined ? null : (
        <Notice tone="error" id="problem">
          <p>{page.problem}</p>
        </Notice>
      )}
      {page.providers.map(({ name, label }) => (
        <form method="post" action={`${page.action}/with/${name}`} key={name}>
          <FormToken value={page.formToken} />
          <div class="actions">
            <button type="submit">{`Continue with ${label}`}</button>
          </div>
        </form>
      ))}
      {page.providers.length > 0 ? <p class="or">or</p> : null}
      <CodeForm page={page} secondary={page.providers.length > 0} />
      {page.client.own ? null : (
        <>
          <h2>What it asks for</h2>
          <Permissions sentences={page.permissions} />
        </>
      )}
    </>,
  )

/** Who comes to the pages of this server connects no app, and is asked to allow nothing. */
const OwnPages = () => (
  <>
    <h1>Sign in</h1>
    <p class="quiet">To your memories and to the apps that you have connected to them.</p>
  </>
)

const WhoAsks = ({ client }: { client: ClientDescription }) => (
  <>
    <h1>
      {'Sign in to connect '}
      <bdi>{client.name}</bdi>
    </h1>
    <p class="quiet">
      Your memories stay on this server. You are asked on the next page; under Apps you can limit it afterwards.
    </p>
    <Facts
      facts={[
        { term: 'App', value: <bdi>{client.name}</bdi>, why: client.origin },
        { term: 'Afterwards your browser goes to', value: client.destination },
      ]}
    />
  </>
)

function CodeForm({ page, secondary }: { page: SignInPage; secondary: boolean }) {
  return (
    <form method="post" action={`${page.action}/code`}>
      <FormToken value={page.formToken} />
      <CodeField label="Sign-in code" command={page.command} problem={page.problem !== undefined} />
      <div class="actions">
        <button type="submit" class={secondary ? 'secondary' : ''}>
          {secondary ? 'Continue with the code' : 'Continue'}
        </button>
      </div>
    </form>
  )
}

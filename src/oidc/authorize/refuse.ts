/** Ends an authorization request with an error. Called by the endpoint, the dispatcher's steps and the consent page. */
import { isLoopback } from '../../shared/loopback.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { OAuthError } from '../errors.ts'
import { describeClient } from '../pages/describe-client.ts'
import { notSentOnPage } from '../pages/not-sent-on.tsx'
import type { Client } from '../ports.ts'
import { wasShown } from './dispatch.ts'
import { type Context, errorAnswer, type ReturnAddress, respondWithError, withQuery } from './respond.ts'

interface Refused {
  readonly to: ReturnAddress
  readonly client: Client
  readonly error: OAuthError
}

/**
 * RFC 9700 section 4.11.2: anyone can register an app, and send people links to this server whose only end is the address that they
 * registered, by a bad scope, by `prompt=none`, or by whatever is refused. So an address that nobody has trusted yet is shown to the
 * person, who goes on to it or not; the answer goes along.
 */
export async function refuse(
  { to, client, error }: Refused,
  context: Omit<Context, 'settings'>,
  { settings, stores }: Pick<OidcDependencies, 'settings' | 'stores'>,
): Promise<Response> {
  const { arrival, headers } = context
  if (await isTrusted(client, to.redirectUri, stores))
    return respondWithError(to, error, { settings, arrival, headers })
  const parameters = errorAnswer(to, error, { settings })
  return notSentOnPage({
    client: describeClient(client, to.redirectUri),
    error,
    onward:
      to.responseMode === 'form_post'
        ? { action: to.redirectUri, fields: parameters }
        : { href: withQuery(to.redirectUri, parameters) },
    headers,
  })
}

/** An address of the operator's own choice, on this machine, or one that somebody saw and allowed. */
const isTrusted = async (
  client: Client,
  redirectUri: string,
  { grants }: Pick<OidcDependencies['stores'], 'grants'>,
): Promise<boolean> =>
  client.kind === 'manual' ||
  client.kind === 'own' ||
  isOnThisMachine(new URL(redirectUri)) ||
  (await grants.listByClient(client.id)).some((grant) => wasShown(grant, redirectUri))

const isOnThisMachine = ({ protocol, hostname }: URL) => protocol === 'http:' && isLoopback(hostname)

/**
 * What a signed-in person allowed, and taking it back: `GET /auth/grants`, `DELETE /auth/grants/:id`. Called by our own pages with
 * an access token that has `grants:manage`, a scope that no other client can get: an app must not see or end the others.
 */

import { bearerToken } from '../../shared/bearer-token.ts'
import type { GrantId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { uiClientId } from '../../shared/ui-client.ts'
import { askForToken, callerOf } from '../bearer.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { describeClient, destinationOf } from '../pages/describe-client.ts'
import { describeScopes } from '../pages/describe-scopes.ts'
import type { Client, Grant } from '../ports.ts'
import { tell } from '../tell.ts'
import { endGrant } from './end.ts'

const path = '/auth/grants'
const scope = 'grants:manage'

/** One remembered consent as it is told to the person who gave it. */
interface ListedGrant {
  readonly id: string
  readonly client_id: string
  readonly client_name: string
  /** Who stands behind the app, in words; `vouched` is false where nobody does. */
  readonly client_origin: string
  readonly vouched: boolean
  readonly client_uri?: string
  readonly scopes: readonly string[]
  /** The scopes in plain words, what weighs most first. */
  readonly permissions: readonly string[]
  readonly resources: readonly string[]
  /** Where the browser was sent when the app was allowed, in words. */
  readonly destinations: readonly string[]
  /** RFC 3339. */
  readonly created_at: string
  readonly updated_at: string
}

/** `{ "grants": [...] }`, the latest first, at most 1,000. Our own pages, which nobody was asked to allow, are left out. */
export const listGrants: Endpoint = {
  method: 'GET',
  path,
  errors: 'json',
  cors: false,
  async handle(dependencies, request) {
    const token = bearerToken(request)
    if (token === undefined) return askForToken(scope, request, dependencies)
    const { ownerId } = await bearerOf(token, request, dependencies)
    const { stores } = dependencies
    const given = (await stores.grants.list(ownerId)).filter(({ clientId }) => clientId !== uiClientId)
    const clients = await Promise.all(given.map(({ clientId }) => stores.clients.find(clientId)))
    return Response.json({ grants: given.map((grant, at) => describeGrant(grant, clients[at])) })
  },
}

/** 204 when it has ended everywhere; 404 for what is not this person's or has ended before; 503 when it could not be kept. */
export const deleteGrant: Endpoint = {
  method: 'DELETE',
  path: `${path}/:id`,
  errors: 'json',
  cors: false,
  async handle(dependencies, request, { id = '' }) {
    const token = bearerToken(request)
    if (token === undefined) return askForToken(scope, request, dependencies)
    const { ownerId } = await bearerOf(token, request, dependencies)
    const grant = await dependencies.stores.grants.findById(id as GrantId)
    if (grant?.ownerId !== ownerId) throw new Fault('not_found', 'You have allowed nothing under this id.')
    await endGrant(grant, dependencies)
    tell(dependencies, request, 'grant_revoked', { ownerId, clientId: grant.clientId })
    return new Response(null, { status: 204 })
  },
}

/** Whose token it is. */
const bearerOf = (token: string, request: Request, dependencies: OidcDependencies) =>
  callerOf(token, { scope, audiences: [dependencies.settings.issuer] }, request, dependencies)

function describeGrant(grant: Grant, client: Client | undefined): ListedGrant {
  const { redirectUris = [] } = grant
  const { name, origin, vouched } =
    client === undefined
      ? { name: 'An app that is gone', origin: 'It is no longer registered here', vouched: false }
      : describeClient(client, '')
  return {
    id: grant.id,
    client_id: grant.clientId,
    client_name: name,
    client_origin: origin,
    vouched,
    ...(client?.clientUri === undefined ? {} : { client_uri: client.clientUri }),
    scopes: grant.scopes,
    permissions: describeScopes(grant.scopes),
    resources: grant.resources,
    destinations: [...new Set(redirectUris.map(destinationOf))],
    created_at: rfc3339(grant.createdAt),
    updated_at: rfc3339(grant.updatedAt),
  }
}

const rfc3339 = (unixSeconds: number) => new Date(unixSeconds * 1000).toISOString()

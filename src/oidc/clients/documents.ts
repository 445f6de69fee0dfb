/**
 * What clients publish about themselves, fetched when it is needed: metadata documents and key sets. Kept per process for as
 * long as HTTP allows, and never an error. When a host answers with an error or a page for people (clouds do, to addresses
 * like ours), the last good copy goes on: the one in memory, or the one that was stored when somebody allowed the client.
 */
import type { JSONWebKeySet } from 'jose'
import type { ClientId } from '../../shared/brand.ts'
import { type Clock, unixSeconds } from '../../shared/clock.ts'
import { OAuthError } from '../errors.ts'
import type { Client, ClientStore, OidcSettings, Outbound } from '../ports.ts'
import { type FetchedDocument, fetchDocument } from './fetch-document.ts'
import { readKeySet } from './metadata.ts'
import { readMetadataDocument } from './metadata-document.ts'

const documentLimitBytes = 5 * 1024
const keysLimitBytes = 32 * 1024
const mostKept = 500
/** Strangers may name any address: no more than this many are being read at once. */
const mostAtOnce = 32
/** After a failure the last good copy is used this long before the host is asked again. */
const retryAfterSeconds = 60
/** An unknown `kid` may mean new keys: they are looked for at most this often. */
const keysCooldownSeconds = 30

export interface ClientDocuments {
  /** The client of a metadata document. Throws `OAuthError('invalid_client')` when it cannot be used and never could. */
  client(id: ClientId): Promise<Client>
  /** A client's published keys; `again` when a key was not among those last seen. Throws `OAuthError('invalid_client')`. */
  keys(jwksUri: string, again?: boolean): Promise<JSONWebKeySet>
}

export interface ClientDocumentsOptions {
  readonly outbound: Outbound
  readonly clock: Clock
  readonly clients: Pick<ClientStore, 'find' | 'update'>
  readonly settings: Pick<OidcSettings, 'unusedClientTtlSeconds'>
}

interface Kept<T> {
  readonly value: T
  readonly fetchedAt: number
  readonly freshUntil: number
}

export function createClientDocuments(options: ClientDocumentsOptions): ClientDocuments {
  const { outbound, clock, clients, settings } = options
  const documents = keeper<Client>(clock)
  const keySets = keeper<JSONWebKeySet>(clock)
  let atOnce = 0

  async function fetchClient(id: ClientId): Promise<{ value: Client; freshSeconds: number }> {
    const fetched = await fetchOrRefuse(id, documentLimitBytes)
    const stored = await clients.find(id)
    const now = unixSeconds(clock)
    const described = readMetadataDocument(id, fetched.json, stored?.createdAt ?? now)
    if (stored !== undefined) await clients.update(id, () => described)
    // Not stored before somebody allows it (consent/record.ts keeps what has an expiry): strangers cannot fill the store.
    const value = stored === undefined ? { ...described, expiresAt: now + settings.unusedClientTtlSeconds } : described
    return { value, freshSeconds: fetched.freshSeconds }
  }

  async function fetchOrRefuse(address: string, limitBytes: number): Promise<FetchedDocument> {
    if (atOnce >= mostAtOnce) {
      throw new OAuthError('temporarily_unavailable', 'Too many clients are being looked up. Try again in a moment.')
    }
    atOnce++
    try {
      return await fetchDocument(address, limitBytes, outbound)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'it cannot be read'
      throw new OAuthError('invalid_client', `What the client publishes cannot be read: ${why}.`, {
        reason: why,
        cause,
      })
    } finally {
      atOnce--
    }
  }

  return {
    client: (id) =>
      documents.get(
        id,
        () => fetchClient(id),
        () => clients.find(id),
      ),
    keys(jwksUri, again = false) {
      if (again) keySets.expire(jwksUri, keysCooldownSeconds)
      return keySets.get(jwksUri, async () => {
        const { json, freshSeconds } = await fetchOrRefuse(jwksUri, keysLimitBytes)
        const keys = readKeySet(json)
        if (keys === undefined) throw new OAuthError('invalid_client', 'The client publishes no keys.')
        return { value: { keys: [...keys.keys] } as JSONWebKeySet, freshSeconds }
      })
    },
  }
}

/** A bounded cache that fetches once however many ask, and answers with the last good value when fetching fails. */
function keeper<T>(clock: Clock) {
  const kept = new Map<string, Kept<T>>()
  const under = new Map<string, Promise<T>>()

  function keep(key: string, value: T, freshSeconds: number): void {
    kept.delete(key)
    const now = unixSeconds(clock)
    kept.set(key, { value, fetchedAt: now, freshUntil: now + freshSeconds })
    if (kept.size > mostKept) kept.delete(kept.keys().next().value ?? '')
  }

  async function renew(
    key: string,
    fetch: () => Promise<{ value: T; freshSeconds: number }>,
    lastGood: () => Promise<T | undefined>,
  ): Promise<T> {
    try {
      const { value, freshSeconds } = await fetch()
      keep(key, value, freshSeconds)
      return value
    } catch (error) {
      const earlier = kept.get(key)?.value ?? (await lastGood())
      if (earlier === undefined) throw error
      keep(key, earlier, retryAfterSeconds)
      return earlier
    }
  }

  return {
    get(
      key: string,
      fetch: Parameters<typeof renew>[1],
      lastGood: Parameters<typeof renew>[2] = async () => undefined,
    ) {
      const known = kept.get(key)
      if (known !== undefined && known.freshUntil > unixSeconds(clock)) return Promise.resolve(known.value)
      const running = under.get(key) ?? renew(key, fetch, lastGood).finally(() => under.delete(key))
      under.set(key, running)
      return running
    },
    /** Makes the next `get` fetch, unless the last fetch is younger than `cooldownSeconds`. */
    expire(key: string, cooldownSeconds: number) {
      const known = kept.get(key)
      if (known !== undefined && known.fetchedAt + cooldownSeconds <= unixSeconds(clock)) {
        kept.set(key, { ...known, freshUntil: 0 })
      }
    },
  }
}

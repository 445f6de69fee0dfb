/** What a person is told of a client: only what we know, none of it taken on trust. */
import { isLoopback } from '../../shared/loopback.ts'
import { nameless } from '../clients/metadata.ts'
import type { Client } from '../ports.ts'

export interface ClientDescription {
  readonly name: string
  /** Who stands behind it, where anyone does. */
  readonly origin: string
  readonly vouched: boolean
  /** The pages of this server: nobody else's app. */
  readonly own: boolean
  /** Where the browser goes afterwards. */
  readonly destination: string
}

export const describeClient = (client: Client, redirectUri: string): ClientDescription => ({
  name: displayName(client.name),
  origin: originOf(client),
  vouched: client.kind !== 'dynamic',
  own: client.kind === 'own',
  destination: destinationOf(redirectUri),
})

/** A name without control, format or bidirectional characters, which could make it read as another; 80 characters at most. */
function displayName(name: string): string {
  const plain = name
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (plain === '') return nameless
  const characters = [...plain]
  return characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : plain
}

function originOf({ kind, id }: Client): string {
  switch (kind) {
    case 'own':
      return 'The pages of this server'
    case 'manual':
      return 'Added by whoever runs this server'
    case 'document':
      return URL.canParse(id) ? `Published by ${new URL(id).host}` : 'Published by its makers'
    case 'dynamic':
      return 'It registered itself; its name is its own claim'
    default:
      return kind satisfies never
  }
}

/** `chatgpt.com`; `an app on this computer (localhost:7777)`; `an app that opens cursor: links`. */
export function destinationOf(redirectUri: string): string {
  if (!URL.canParse(redirectUri)) return 'an address that cannot be shown'
  const { protocol, host, hostname } = new URL(redirectUri)
  if (protocol === 'https:') return host
  if (protocol === 'http:')
    return isLoopback(hostname) ? `an app on this computer (${host})` : `${host} (not encrypted)`
  return `the app that opens ${protocol} links`
}

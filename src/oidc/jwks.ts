import type { Endpoint } from './endpoint.ts'

/** Seconds that a verifier may keep the key set. Rotation overlaps by more than this (tokens/key-ring.ts). */
export const jwksMaxAgeSeconds = 600

/** `/auth/jwks`: public keys only (RFC 7517 section 5). */
export const jwksEndpoint: Endpoint = {
  method: 'GET',
  path: '/auth/jwks',
  errors: 'json',
  cors: true,
  async handle({ keyRing }) {
    return Response.json(
      { keys: await keyRing.publicKeys() },
      { headers: { 'cache-control': `public, max-age=${jwksMaxAgeSeconds}` } },
    )
  },
}

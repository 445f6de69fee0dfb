/** A token of ours is about a kilobyte; what is much longer is worth neither decoding nor a signature check. */
export const longestAccessToken = 8_192

/**
 * The token of `Authorization: Bearer ...` (RFC 6750 section 2.1); undefined for another scheme, for none, and for what has a space
 * in it. The scheme is case-insensitive (RFC 9110 section 11.1).
 */
export function bearerToken({ headers }: Pick<Request, 'headers'>): string | undefined {
  const field = headers.get('authorization')
  // The scheme alone is matched: a pattern over the whole field costs as much as looking the token up.
  if (field === null || !scheme.test(field)) return undefined
  const token = field.slice(7).trim()
  return token === '' || token.includes(' ') || token.includes('\t') ? undefined : token
}

const scheme = /^Bearer /i

/** The token of `Authorization: Bearer ...` (RFC 6750 section 2.1); undefined for another scheme or none. The scheme is case-insensitive (RFC 9110 section 11.1). */
export const bearerToken = (request: Pick<Request, 'headers'>): string | undefined =>
  /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]

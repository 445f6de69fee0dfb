import { sha256 } from '../shared/hash.ts'
import { acceptsGzip, matchesEtag, zlib } from './answer.ts'

interface Rendered {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

export interface DocumentFields {
  readonly contentType: string
  /** Seconds for which a client need not ask again. */
  readonly maxAgeSeconds: number
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * A public document that is written at its first request and then kept, plain and compressed, each with an entity tag of its own
 * (RFC 9110 section 8.8.3.3).
 */
export function servedDocument(write: () => string, fields: DocumentFields): (request: Request) => Response {
  let text: string | undefined
  let plain: Rendered | undefined
  let compressed: Rendered | undefined
  const written = () => {
    text ??= write()
    return text
  }
  return (request) => {
    const small = acceptsGzip(request)
    if (small) compressed ??= rendered(new Uint8Array(zlib().gzipSync(written())), `${sha256(written())}-gzip`, fields)
    else plain ??= rendered(written(), sha256(written()), fields)
    const { body, headers } = (small ? compressed : plain) as Rendered
    const etag = headers.etag ?? ''
    if (matchesEtag(request.headers.get('if-none-match'), etag)) {
      const { 'content-type': _type, 'content-encoding': _encoding, ...kept } = headers
      return new Response(null, { status: 304, headers: kept })
    }
    return new Response(request.method === 'HEAD' ? null : body, { headers })
  }
}

const rendered = (body: Rendered['body'], tag: string, fields: DocumentFields): Rendered => ({
  body,
  headers: {
    'content-type': fields.contentType,
    'cache-control': `public, max-age=${fields.maxAgeSeconds}`,
    etag: `"${tag}"`,
    vary: 'accept-encoding, origin',
    ...(typeof body === 'string' ? {} : { 'content-encoding': 'gzip' }),
    ...fields.headers,
  },
})

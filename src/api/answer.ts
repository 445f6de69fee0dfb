/** Loaded by the first answer that is compressed: a start does not wait for it. */
export const zlib = () => process.getBuiltinModule('node:zlib')

const compress = (text: string) =>
  new Promise<Uint8Array>((resolve, reject) => {
    const { constants, gzip } = zlib()
    gzip(text, { level: constants.Z_BEST_SPEED }, (error, compressed) => (error ? reject(error) : resolve(compressed)))
  })

/** Below this, compressing costs more than it saves. */
const worthCompressing = 4_096

export interface AnswerFields {
  readonly status?: number
  /** With its quotes. */
  readonly etag?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const json = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const
const varyingJson = { ...json, vary: 'authorization, accept-encoding' } as const

/** JSON, compressed where it is large and the client takes it; an answer with an ETag is left as it is, for both to agree. */
export async function answerJson(request: Request, body: unknown, fields: AnswerFields = {}): Promise<Response> {
  const { status = 200, etag, headers } = fields
  if (etag !== undefined && request.method !== 'PUT' && matchesEtag(request.headers.get('if-none-match'), etag)) {
    return new Response(null, { status: 304, headers: { etag, ...headers } })
  }
  const text = JSON.stringify(body)
  if (request.method === 'HEAD') return new Response(null, { status, headers: headersOf(etag, headers) })
  if (text.length < worthCompressing || etag !== undefined || !acceptsGzip(request)) {
    return new Response(text, { status, headers: headersOf(etag, headers) })
  }
  const compressed = await compress(text)
  return new Response(new Uint8Array(compressed), {
    status,
    headers: { ...varyingJson, 'content-encoding': 'gzip', ...headers },
  })
}

const headersOf = (etag: string | undefined, headers: Readonly<Record<string, string>> | undefined) =>
  etag === undefined ? (headers === undefined ? json : { ...varyingJson, ...headers }) : { ...json, etag, ...headers }

/** Whether `If-None-Match` names the entity tag (RFC 9110 section 13.1.2, weak comparison). */
export function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false
  if (ifNoneMatch.trim() === '*') return true
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((tag) => opaque(tag) === opaque(etag))
}

/** RFC 9110 section 12.5.3: gzip, or anything, at a quality above nought. */
export function acceptsGzip(request: Request): boolean {
  const accepted = request.headers.get('accept-encoding')
  if (accepted === null) return false
  const entries = accepted
    .toLowerCase()
    .split(',')
    .map((entry) => entry.split(';').map((part) => part.trim()))
  // What is said of gzip itself counts before what is said of all others.
  const [, ...parameters] =
    entries.find(([coding]) => coding === 'gzip') ?? entries.find(([coding]) => coding === '*') ?? []
  const named = entries.some(([coding]) => coding === 'gzip' || coding === '*')
  return named && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
}

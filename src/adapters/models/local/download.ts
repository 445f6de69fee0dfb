/** One file over HTTP to a place on disk: resumed where it stopped, bounded in size and in silence. */
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Fault } from '../../../shared/fault.ts'
import { pause } from '../../../shared/pause.ts'
import { sumOf } from './files.ts'
import { type Fetch, follow } from './follow.ts'

export interface Progress {
  readonly path: string
  readonly received: number
  /** Unknown where the server does not say. */
  readonly total: number | undefined
}

export interface Download {
  readonly url: URL
  /** The file when it is whole; until then `.part` beside it. */
  readonly to: string
  readonly largestBytes: number
  readonly fetch: Fetch
  onProgress(received: number, total: number | undefined): void
  /** A connection that says nothing for so long is broken. */
  readonly silenceMs?: number
  /** Between one try and the next, which goes on where the last one stopped. */
  readonly pauseMs?: number
}

const tries = 5

/**
 * Whether the file is there now; false when the server has none (404).
 * @throws Fault `unavailable` when the server cannot be reached or breaks off, `too_large` when the file is larger than allowed,
 *   `conflict` when it is not the one whose SHA-256 the server said; what the system says of a disk that takes no more, as it is
 */
export async function download(what: Download): Promise<boolean> {
  const { to, url, pauseMs = 1_000 } = what
  if (existsSync(to)) return true
  await mkdir(dirname(to), { recursive: true })
  for (let attempt = 1; ; attempt++) {
    try {
      const found = await fetchRest(what)
      if (found) await rename(`${to}.part`, to)
      await rm(`${to}.etag`, { force: true })
      return found
    } catch (error) {
      if (error instanceof Fault || isOfDisk(error)) throw error
      const reached = await sizeOf(`${to}.part`)
      if (attempt === tries || (attempt > 1 && reached === 0)) throw unreachable(url, error)
      await pause(pauseMs)
    }
  }
}

/** Asks for what is missing. `If-Range` (RFC 9110 section 13.1.5): of a file that has changed meanwhile the whole is sent. */
async function fetchRest(what: Download): Promise<boolean> {
  const { url, to, largestBytes, onProgress, silenceMs = 30_000 } = what
  const part = `${to}.part`
  const etag = await readFile(`${to}.etag`, 'utf8').catch(() => '')
  const from = etag === '' ? 0 : await sizeOf(part)
  const silence = new AbortController()
  const break_ = () => silence.abort(new Error(`nothing came for ${silenceMs / 1_000} s`))
  let timer = setTimeout(break_, silenceMs)
  try {
    const { response, sha256, bytes } = await follow(what.fetch, url, {
      signal: silence.signal,
      // An answer that is compressed on the way has other bytes than the file.
      headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-`, 'if-range': etag } : {}) },
    })
    if (response.status === 404) return false
    if (response.status === 416) {
      await rm(part, { force: true })
      throw new Error('the file is shorter than what is here')
    }
    if (!response.ok || response.body === null) throw refused(url, response.status)
    const resumed = response.status === 206
    await writeFile(`${to}.etag`, strongEtag(response))
    let received = resumed ? from : 0
    const total = bytes ?? totalOf(response, received)
    if ((total ?? 0) > largestBytes) throw tooLarge(url, largestBytes)
    onProgress(received, total)
    const file = await open(part, resumed ? 'a' : 'w')
    try {
      for await (const chunk of response.body) {
        clearTimeout(timer)
        timer = setTimeout(break_, silenceMs)
        received += chunk.byteLength
        if (received > largestBytes) throw tooLarge(url, largestBytes)
        for (let left = chunk; left.length > 0; ) left = left.subarray((await file.write(left)).bytesWritten)
        onProgress(received, total)
      }
    } finally {
      // What has come is kept, also when the connection broke.
      await file.close()
    }
    if (total !== undefined && received !== total) throw new Error(`${received} of ${total} bytes came`)
    if (sha256 !== undefined) await refuseOther(what, sha256)
    return true
  } finally {
    clearTimeout(timer)
  }
}

/** What another try would not change. */
const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EIO'])
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && diskCodes.has(String(error.code))

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

/** Only with one can a rest be asked for that fits to what is here. */
function strongEtag({ headers }: Response): string {
  const etag = headers.get('etag') ?? ''
  return etag.startsWith('W/') ? '' : etag
}

function totalOf({ headers }: Response, from: number): number | undefined {
  const length = Number(headers.get('content-length') ?? Number.NaN)
  return Number.isSafeInteger(length) ? from + length : undefined
}

/** Whatever a cache, a proxy or a rest that does not fit made of it: it is begun anew. */
async function refuseOther({ to, url }: Download, expected: string): Promise<void> {
  const sha256 = await sumOf(`${to}.part`)
  if (sha256 === expected) return
  await rm(`${to}.part`, { force: true })
  throw new Fault(
    'conflict',
    `${url.href} came with the SHA-256 ${sha256}, but ${url.host} says ${expected}. Try again.`,
  )
}

const refused = (url: URL, status: number) =>
  new Fault(
    'unavailable',
    `${url.href} answered ${status}${status === 401 || status === 403 ? ': there is no such model, or it is not public' : ''}. ` +
      'MODEL_URL names another place to take the files from.',
  )

const tooLarge = (url: URL, largestBytes: number) =>
  new Fault('too_large', `${url.href} is larger than ${Math.round(largestBytes / 1024 / 1024)} MB: not what is wanted.`)

const unreachable = (url: URL, cause: unknown) =>
  new Fault(
    'unavailable',
    `${url.host} cannot be reached (${codeOrMessage(cause)}). Run the same again to go on where it stopped. ` +
      'Behind a proxy, HTTPS_PROXY names it. MODEL_URL names another place to take the files from.',
    { code: 'model_home_unreachable', cause },
  )

function codeOrMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = [error, error.cause]
    .map((one) => (one instanceof Error && 'code' in one ? String(one.code) : ''))
    .find(Boolean)
  return code ?? error.message
}

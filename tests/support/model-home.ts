/**
 * A home of models that answers as Hugging Face's does, in two servers: the home, and the host of large files that it leads to.
 * From huggingface.co's own documentation and clients: `/OWNER/NAME/resolve/REVISION/PATH`; a small file comes from an address of the
 * same host (307, relative), a large one from another host by an address that is signed and soon over (302), with its size and
 * SHA-256 in `X-Linked-Size` and `X-Linked-ETag`; what there is not is 404, a repository that there is not 401.
 */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface ModelHome {
  readonly url: URL
  /** `home PATH`, `large PATH bytes=10-`, in order. */
  readonly asked: string[]
  /** Breaks the next answer with a large file off after so many bytes. */
  cut: number | undefined
  /** What comes in place of a large file. */
  instead: ((content: Buffer) => Buffer) | undefined
  close(): void
}

const revision = '751bff37182d3f1213fa05d7196b954e230abad9'

export async function openModelHome(repository: string, folder: string): Promise<ModelHome> {
  const state: Pick<ModelHome, 'asked' | 'cut' | 'instead'> = { asked: [], cut: undefined, instead: undefined }
  /** Signatures that were given out and not used yet. */
  const signed = new Map<string, string>()
  const contentOf = (path: string) => {
    const file = join(folder, path)
    return existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined
  }

  function answerHome(request: IncomingMessage, response: ServerResponse, large: URL): unknown {
    const { pathname } = new URL(request.url ?? '/', 'http://home')
    const [, path] = pathname.split(`/${repository}/resolve/main/`)
    const kept = pathname.split(`/api/resolve-cache/models/${repository}/${revision}/`)[1]
    state.asked.push(`home ${path ?? kept ?? pathname}`)
    if (kept !== undefined) return response.writeHead(200, { etag: `"${sha1(kept)}"` }).end(contentOf(kept))
    if (path === undefined) return response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end('Invalid username')
    const content = contentOf(path)
    if (content === undefined) return response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end()
    const headers = { 'x-repo-commit': revision, vary: 'Origin' }
    if (!path.endsWith('.onnx')) {
      const location = `/api/resolve-cache/models/${repository}/${revision}/${path}?etag=%22${sha1(path)}%22`
      return response.writeHead(307, { ...headers, location }).end(`Temporary Redirect. Redirecting to ${location}`)
    }
    const signature = randomUUID()
    signed.set(signature, path)
    const location = new URL(`/${revision}/${sha256(content)}?X-Amz-Expires=3600&X-Amz-Signature=${signature}`, large)
    const linked = {
      'x-linked-size': content.length,
      'x-linked-etag': `"${sha256(content)}"`,
      'accept-ranges': 'bytes',
    }
    return response
      .writeHead(302, { ...headers, ...linked, location: location.href })
      .end(`Found. Redirecting to ${location}`)
  }

  function answerLarge(request: IncomingMessage, response: ServerResponse): unknown {
    const signature = new URL(request.url ?? '/', 'http://large').searchParams.get('X-Amz-Signature') ?? ''
    const path = signed.get(signature)
    signed.delete(signature)
    if (path === undefined) return response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')
    const { range, 'if-range': condition } = request.headers
    state.asked.push(range === undefined ? `large ${path}` : `large ${path} ${range}`)
    const whole = contentOf(path) ?? Buffer.alloc(0)
    const content = state.instead?.(whole) ?? whole
    // Not the file's SHA-256: the host of large files knows its own.
    const etag = `"${sha1(path)}-3"`
    const from = range !== undefined && condition === etag ? Number(/\d+/.exec(range)?.[0]) : 0
    const rest = content.subarray(from)
    const part = from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': rest.length, ...part })
    if (state.cut === undefined) return response.end(rest)
    const sent = rest.subarray(0, state.cut)
    state.cut = undefined
    return response.write(sent, () => setTimeout(() => response.destroy(), 250))
  }

  const large = createServer(answerLarge)
  const largeUrl = await listen(large)
  const home = createServer((request, response) => answerHome(request, response, largeUrl))
  const url = await listen(home)
  return Object.assign(state, {
    url,
    close() {
      home.close()
      large.close()
    },
  })
}

async function listen(server: ReturnType<typeof createServer>): Promise<URL> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

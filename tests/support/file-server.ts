/** A server of a folder's files over HTTP, with ranges, as the home of a model is one; `cut` breaks an answer off. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface FileServer {
  readonly url: URL
  /** `path` or `path bytes=10-`, in order. */
  readonly asked: string[]
  /** Breaks the next answers off after so many bytes. */
  cut: number | undefined
  close(): void
}

export async function serveFiles(folder: () => string): Promise<FileServer> {
  const state: { asked: string[]; cut: number | undefined } = { asked: [], cut: undefined }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1)
    const { range } = request.headers
    state.asked.push(range === undefined ? path : `${path} ${range}`)
    const file = join(folder(), path)
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end()
    const content = readFileSync(file)
    const etag = `"${createHash('sha256').update(content).digest('hex')}"`
    const from = range !== undefined && request.headers['if-range'] === etag ? Number(/\d+/.exec(range)?.[0]) : 0
    const rest = content.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': rest.byteLength })
    if (state.cut === undefined || rest.byteLength <= state.cut) return response.end(rest)
    const sent = rest.subarray(0, state.cut)
    state.cut = undefined
    return response.write(sent, () => setTimeout(() => response.destroy(), 250))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(state, { url: new URL(`http://127.0.0.1:${port}/`), close: () => server.close() })
}

/** A server that speaks OpenAI's API, as this program asks one: JSON by POST, bounded in time and in size, following no redirect. */
import { readBytes } from '../../shared/read-body.ts'

export interface ModelServerOptions {
  /** Up to and with `/v1`. */
  readonly url: string
  readonly apiKey?: string | undefined
  /** For one request. */
  readonly timeoutMs: number
  /** The largest answer that is read. */
  readonly limitBytes: number
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
}

interface ModelServerAnswer {
  readonly ok: boolean
  readonly status: number
  readonly text: string
}

/** Posts JSON to a path below the server's address. Rejects with `Fault` `too_large`, and with whatever keeps it from answering. */
export type AskModel = (path: string, body: object, signal: AbortSignal | undefined) => Promise<ModelServerAnswer>

export function modelServer({ url, apiKey, timeoutMs, limitBytes, fetch: ask = fetch }: ModelServerOptions): AskModel {
  const address = url.replace(/\/+$/u, '')
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  return async (path, body, signal) => {
    const deadline = AbortSignal.timeout(timeoutMs)
    const response = await ask(`${address}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      redirect: 'error',
    })
    const bytes = await readBytes(response, limitBytes)
    return { ok: response.ok, status: response.status, text: Buffer.from(bytes).toString('utf8') }
  }
}

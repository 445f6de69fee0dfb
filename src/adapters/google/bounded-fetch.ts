import { Finding } from '../../shared/error-record.ts'
import { Fault } from '../../shared/fault.ts'
import { readBytes } from '../../shared/read-body.ts'

export interface Limits {
  readonly timeoutMs: number
  readonly bytes: number
}

/** Google's largest answer, its JWKS, is 2 KB; discovery documents of others reach 8 KB. */
const patience: Limits = { timeoutMs: 5_000, bytes: 64 * 1024 }

/**
 * Asks a provider and reads its answer whole, within 5 seconds and 64 KB, following no redirect.
 * Throws `Fault('unavailable')` when it cannot be reached, takes too long or says too much.
 */
export async function boundedFetch(
  url: string | URL,
  init: RequestInit = {},
  limits: Limits = patience,
): Promise<Response> {
  const deadline = AbortSignal.timeout(limits.timeoutMs)
  const signal = init.signal ? AbortSignal.any([deadline, init.signal]) : deadline
  try {
    const response = await fetch(url, { ...init, signal, redirect: 'error' })
    return new Response(await readBytes(response, limits.bytes), { status: response.status, headers: response.headers })
  } catch (cause) {
    throw new Fault('unavailable', 'The sign-in provider does not answer. Please try again in a moment.', {
      code: 'provider_unreachable',
      cause,
    })
  }
}

/** The JSON object of an answer. Throws `Fault('unavailable')` for anything else. */
export async function jsonObject(response: Response): Promise<Readonly<Record<string, unknown>>> {
  let value: unknown
  try {
    value = await response.json()
  } catch {
    value = undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault('unavailable', 'The sign-in provider gave an answer that makes no sense. Please try again.', {
      code: 'provider_unreadable',
      cause: new Finding('not a JSON object', { status: response.status }),
    })
  return value as Readonly<Record<string, unknown>>
}

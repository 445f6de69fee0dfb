import { isLoopback } from '../../../shared/loopback.ts'
import { late, within } from '../../../shared/within.ts'
import { inFewWords } from '../ask.ts'
import { type Check, fail, type Observation, type Patient, pass, warn } from '../check.ts'
import { noToken } from './token.ts'

/** A first event that takes longer was held back on its way. */
const firstEventMs = 5_000
/** Our streams speak every 15 s. */
const longestSilenceMs = 60_000
/** Cloudflare ends what is silent for 100 s. */
export const pastIdleLimitsMs = 110_000

export const stream: Check = {
  name: 'SSE stream',
  async run(patient) {
    if (patient.token === undefined) return noToken(patient)
    const abort = new AbortController()
    try {
      return await follow(patient, abort)
    } catch (error) {
      return fail(
        `it broke: ${inFewWords(error)}`,
        'Look at the idle limits of what stands in front: our streams speak every 15 s.',
      )
    } finally {
      abort.abort()
    }
  },
}

async function follow(
  { api, token, holdMs, now }: Patient,
  abort: AbortController,
): Promise<readonly Observation[] | Observation> {
  const beganAt = now()
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const opening = fetch(`${api}/mcp/sse`, { headers, signal: abort.signal, redirect: 'manual' })
  const response = await within(firstEventMs, opening)
  if (response === late) return buffered
  if (response.status !== 200 || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return fail(
      `/mcp/sse: ${response.status} ${response.headers.get('content-type')}`,
      'Send GET /mcp/sse to openmemory-mcp.',
    )
  }
  const reader = response.body?.getReader()
  if (reader === undefined) return fail('the stream has no body', 'See what the proxy does with it.')
  const first = await within(firstEventMs, reader.read())
  if (first === late) return buffered
  const text = new TextDecoder().decode(first.value)
  if (!text.includes('event: endpoint'))
    return fail(`it begins with ${JSON.stringify(text.slice(0, 80))}`, 'Something rewrites it on its way.')
  const opened = pass(`the endpoint event came after ${now() - beganAt} ms (HTTP+SSE, 2024-11-05)`)
  if (holdMs === undefined) return [opened, notHeld(api)]
  for (;;) {
    const part = await within(longestSilenceMs, reader.read())
    if (part === late)
      return [
        opened,
        fail(`silent for ${longestSilenceMs / 1000} s`, 'A proxy holds its keepalives back: turn off buffering.'),
      ]
    if (part.done) {
      const seconds = Math.round((now() - beganAt) / 1000)
      return [
        opened,
        fail(`it was ended after ${seconds} s`, 'Raise the idle limit of what stands in front to more than 100 s.'),
      ]
    }
    const heldMs = now() - beganAt
    if (heldMs >= holdMs) return [opened, pass(`held for ${Math.round(heldMs / 1000)} s`)]
  }
}

/** Without --slow: only from another machine can something stand between that ends what is silent. */
export const notHeld = (api: string): Observation =>
  isLoopback(new URL(api).hostname)
    ? pass('not held past 100 s: this machine alone is asked (--slow holds it)')
    : warn('not held past 100 s', 'Run with --slow to see whether a proxy cuts idle streams.')

const buffered = fail(
  `no event within ${firstEventMs / 1000} s`,
  'A proxy buffers the stream: turn off response buffering (nginx: proxy_buffering off; Traefik: no buffering middleware, flushInterval -1).',
)

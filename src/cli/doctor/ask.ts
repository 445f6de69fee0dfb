/** The doctor's way to ask: bounded in time and size, follows no redirect, and never throws. */
export interface Answer {
  /** 0 when there was none: see `problem`. */
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as a JSON object; undefined when it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined
  /** Why there was no answer: `ECONNREFUSED`, `timeout`. */
  readonly problem: string | undefined
}

/** Asks; a GET without a body is asked once and remembered. */
export type Ask = (url: string, init?: RequestInit & { readonly fresh?: boolean }) => Promise<Answer>

const patienceMs = 10_000
const longestBody = 4 * 1024 * 1024

/** `mayAsk` says which addresses are asked: others may be named by what is looked at. */
export function createAsk(fetchIt: typeof fetch, mayAsk: (url: string) => boolean = () => true): Ask {
  const askOnce: Asker = async (url, init) => (mayAsk(url) ? askOf(fetchIt, url, init) : noAnswer(notAsked))
  const remembered = new Map<string, Promise<Answer>>()
  return (url, init) => {
    if (init !== undefined) return askOnce(url, init)
    let answer = remembered.get(url)
    if (answer === undefined) {
      answer = askOnce(url, {})
      remembered.set(url, answer)
    }
    return answer
  }
}

type Asker = (url: string, init: RequestInit) => Promise<Answer>

const notAsked = 'not asked, as it is an address inside a network that the deployment named'

const noAnswer = (problem: string): Answer => ({
  status: 0,
  headers: new Headers(),
  text: '',
  json: undefined,
  problem,
})

async function askOf(fetchIt: typeof fetch, url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetchIt(url, { redirect: 'manual', signal: AbortSignal.timeout(patienceMs), ...init })
    const text = await readBounded(response)
    return { status: response.status, headers: response.headers, text, json: objectIn(text), problem: undefined }
  } catch (error) {
    return noAnswer(inFewWords(error))
  }
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > longestBody) throw new Error(`more than ${longestBody} bytes`)
  }
  return text
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The shortest words for a failed request: its code, or its message. */
export function inFewWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const cause = error.cause instanceof Error ? error.cause : error
  return 'code' in cause && cause.code !== undefined ? String(cause.code) : cause.message.slice(0, 200)
}

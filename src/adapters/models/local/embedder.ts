/**
 * Embeddings by a model in this process: no key, no server. The model lives in a thread of its own, so that no request waits
 * behind an embedding; it is loaded with the first text and ended when nobody asked for a while, which gives its memory back.
 */
import { type Embedder, withPrefix } from '../../../memory/rank/embedder.ts'
import type { Clock } from '../../../shared/clock.ts'
import { Fault } from '../../../shared/fault.ts'
import { circuitBreaker } from '../circuit-breaker.ts'
import type { LocalModel } from './describe.ts'
import { type ModelThread, startModelThread } from './thread.ts'
import { takeTurns } from './turns.ts'

export interface LocalEmbedderOptions {
  readonly model: LocalModel
  readonly clock: Clock
  /** How long a search waits for its question's vector; unless given, longer while the model is not loaded. */
  readonly questionBudgetMs?: number
  /** So long after the last text the model is unloaded. */
  readonly idleMs?: number
  readonly start?: (model: LocalModel) => Promise<ModelThread>
  /** Is told why the model cannot be loaded: once, until it could be or the reason is another. */
  readonly onUnusable?: (fault: Fault) => void
}

export interface LocalEmbedder extends Embedder {
  /** Why the model could not be loaded when it was tried last; undefined where it could, or was not tried. */
  readonly trouble: string | undefined
  /** Ends the thread, if there is one; whoever waits is refused. */
  close(): Promise<void>
}

const budgetMs = 150
/**
 * A person asks now and then, so the first question after a pause is the usual one: it waits for the model, as long as one waits
 * for a server, rather than be told that nothing is known. Then it goes by words, and the model is there for the next. It is
 * rarely met: `prepare` is called when an MCP client comes or somebody opens the pages.
 */
const loadingBudgetMs = 2_000

export function localEmbedder(options: LocalEmbedderOptions): LocalEmbedder {
  const { model, clock, questionBudgetMs, idleMs = 600_000, start = startModelThread, onUnusable } = options
  // Files that cannot be used are not read again by each search.
  const guarded = circuitBreaker({ clock, failures: 1 })
  let thread: Promise<ModelThread> | undefined
  let loaded = false
  let closed = false
  let trouble: string | undefined
  let idle: ReturnType<typeof setTimeout> | undefined

  async function unload(): Promise<void> {
    clearTimeout(idle)
    const ending = thread
    thread = undefined
    loaded = false
    await (await ending?.catch(() => undefined))?.end()
  }

  function tell(error: unknown): never {
    if (error instanceof Fault && error.message !== trouble && !closed) {
      trouble = error.message
      onUnusable?.(error)
    }
    throw error
  }

  async function load(): Promise<ModelThread> {
    thread ??= guarded(() => start(model).catch(tell))
    const ready = await thread
    trouble = undefined
    loaded = true
    return ready
  }

  async function vectorOf(text: string): Promise<Float32Array> {
    clearTimeout(idle)
    try {
      return await (await load()).vectorOf(text)
    } catch (error) {
      if (!(error instanceof Fault && error.code === 'text_not_embedded')) await unload()
      throw error
    } finally {
      unloadLater()
    }
  }

  function unloadLater(): void {
    clearTimeout(idle)
    idle = setTimeout(unload, idleMs)
    idle.unref?.()
  }

  const turns = takeTurns(vectorOf)
  return {
    space: model.space,
    get trouble() {
      return trouble
    },
    get questionBudgetMs() {
      return questionBudgetMs ?? (loaded ? budgetMs : loadingBudgetMs)
    },
    embed: (texts, signal) =>
      Promise.all(texts.map((text) => turns.ask(withPrefix(model.prefixes.text, text), { signal }))),
    embedQuestion: (question, signal) =>
      turns.ask(withPrefix(model.prefixes.question, question), { signal, first: true }),
    prepare() {
      // Only what is not there is loaded: whoever merely is there does not keep it.
      if (thread === undefined && !closed) load().then(unloadLater, unload)
    },
    async close() {
      closed = true
      turns.close()
      await unload()
    },
  }
}

/** A model's thread as its owner sees it: started, asked one text at a time, ended. Ending it gives its memory back. */
import { Worker } from 'node:worker_threads'
import { Fault } from '../../../shared/fault.ts'
import type { LocalModel } from './describe.ts'

export interface ToThread {
  readonly text: string
}
export type FromThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  | { readonly kind: 'failed'; readonly reason: string }

export interface ModelThread {
  /**
   * The text's vector of length 1. Ask again only when the last is answered.
   * @throws Fault `unavailable`: `text_not_embedded` for this text alone, `model_unusable` when the thread is no more
   */
  vectorOf(text: string): Promise<Float32Array>
  end(): Promise<void>
}

/** From a cold disk on a small machine a model takes seconds; what takes longer than this is stuck. */
const longestMs = 120_000

/**
 * Starts a thread and waits until its model is loaded.
 * @throws Fault `unavailable`, `model_unusable`, whose message says what is wrong with the files
 */
export async function startModelThread(model: LocalModel): Promise<ModelThread> {
  const worker = new Worker(threadUrl(), { workerData: model })
  let waiting: ((answer: FromThread | undefined) => void) | undefined
  const settle = (answer: FromThread | undefined) => {
    waiting?.(answer)
    waiting = undefined
  }
  worker.on('message', settle)
  worker.on('error', () => settle(undefined))
  worker.on('exit', () => settle(undefined))

  /** What the thread says next; undefined when it died or is stuck. */
  const answer = () =>
    new Promise<FromThread | undefined>((resolve) => {
      const timer = setTimeout(() => settle(undefined), longestMs)
      waiting = (message) => {
        clearTimeout(timer)
        resolve(message)
      }
    })
  const end = async () => {
    await worker.terminate()
  }

  const loaded = await answer()
  if (loaded?.kind !== 'ready') {
    await end()
    throw unusable(loaded?.kind === 'failed' ? loaded.reason : 'its thread did not start')
  }
  return {
    async vectorOf(text) {
      const answered = answer()
      worker.postMessage({ text } satisfies ToThread)
      const said = await answered
      if (said?.kind === 'vector') return said.vector
      if (said?.kind === 'failed') {
        throw new Fault('unavailable', 'The model cannot embed this text.', { code: 'text_not_embedded' })
      }
      throw unusable('its thread stopped')
    },
    end,
  }
}

const unusable = (reason: string) =>
  new Fault('unavailable', `The local model cannot be used: ${reason}.`, { code: 'model_unusable' })

/** In the executable every module bears the executable's own address: there the thread lies below it as in the sources. */
function threadUrl(here = import.meta.url): URL {
  return new URL(here.endsWith('/thread.ts') ? './worker.ts' : './adapters/models/local/worker.ts', here)
}

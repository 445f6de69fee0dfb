/** Texts one at a time, questions before all others: somebody waits for those. */
import { Fault } from '../../../shared/fault.ts'

export interface Turns {
  /** The text's vector when its turn has come. @throws Fault `unavailable` as soon as `signal` is aborted */
  ask(text: string, options?: { signal?: AbortSignal | undefined; first?: boolean }): Promise<Float32Array>
  /** Refuses who waits and whoever comes. */
  close(): void
}

interface Turn {
  readonly text: string
  resolve(vector: Float32Array): void
  reject(reason: unknown): void
}

export function takeTurns(work: (text: string) => Promise<Float32Array>): Turns {
  const questions = new Set<Turn>()
  const texts = new Set<Turn>()
  let working = false
  let closed = false

  async function next(): Promise<void> {
    if (working) return
    const queue = questions.size > 0 ? questions : texts
    const [turn] = queue
    if (turn === undefined) return
    working = true
    queue.delete(turn)
    await work(turn.text).then(turn.resolve, turn.reject)
    working = false
    void next()
  }

  return {
    ask(text, { signal, first = false } = {}) {
      return new Promise((resolve, reject) => {
        if (closed || signal?.aborted) return reject(refusal(signal))
        const queue = first ? questions : texts
        const leave = () => {
          queue.delete(turn)
          settle(() => reject(refusal(signal)))
        }
        const settle = (how: () => void) => {
          signal?.removeEventListener('abort', leave)
          how()
        }
        const turn: Turn = {
          text,
          resolve: (vector) => settle(() => resolve(vector)),
          reject: (reason) => settle(() => reject(reason)),
        }
        signal?.addEventListener('abort', leave)
        queue.add(turn)
        void next()
      })
    },
    close() {
      closed = true
      for (const turn of [...questions, ...texts]) turn.reject(refusal(undefined))
      questions.clear()
      texts.clear()
    },
  }
}

const refusal = (signal: AbortSignal | undefined) =>
  new Fault('unavailable', 'The local model did not answer in time.', {
    code: 'embedder_unavailable',
    ...(signal === undefined ? {} : { cause: signal.reason }),
  })

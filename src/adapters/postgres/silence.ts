/**
 * A server that is gone without a word leaves a pool of connections that look alive: each would have to be waited for in vain before
 * the pool is rid of it. After one wait in which nothing was heard, whoever asks next is let through only once a short question is
 * answered on a connection of its own. It is one question for all who ask meanwhile; where it was not needed it costs a millisecond.
 */
export interface Silence {
  /** What has been heard so far, to be given to `waited` by whoever begins to wait. */
  answers(): number
  /** The server has answered, be it with an error. */
  heard(): void
  /** A wait that began at so many answers ended without one. */
  waited(since: number): void
  isSilent(): boolean
  /** Asks whether the server is back. */
  isOver(): Promise<boolean>
}

/** @param ask is rejected within seconds where there is no answer */
export function createSilence(ask: () => Promise<unknown>): Silence {
  let answers = 0
  let silent = false
  let asking: Promise<boolean> | undefined
  const heard = () => {
    answers++
    silent = false
  }
  async function asked(): Promise<boolean> {
    try {
      await ask()
      heard()
      return true
    } catch {
      return false
    } finally {
      asking = undefined
    }
  }
  return {
    answers: () => answers,
    heard,
    waited: (since) => {
      if (since === answers) silent = true
    },
    isSilent: () => silent,
    isOver: () => {
      asking ??= asked()
      return asking
    },
  }
}

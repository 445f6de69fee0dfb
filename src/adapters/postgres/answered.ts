/** Waiting for what Postgres is asked: the driver would wait for ever for an answer that is lost. */
import { Finding } from '../../shared/error-record.ts'
import { failure, isConnectTimeout, sqlState, unavailable } from './errors.ts'
import { createSilence } from './silence.ts'

/** After so long without an answer, and again and again, a short question is asked whether the server is there at all. */
const doubtMs = 4_000

/** A wait for an answer, as who is waited for sees it. */
export interface Wait {
  /** It begins anew. */
  goesOn(): void
  isGivenUp(): boolean
}

/** Settles as `work` does, or within `withinMs` milliseconds. @throws Fault `unavailable` where no answer comes */
export type Answered = <T>(work: (wait: Wait) => Promise<T>, withinMs?: number) => Promise<T>

/** @param askBriefly asks on a connection of its own, and is rejected within seconds where there is no answer */
export function waitForAnswers(answerTimeoutMs: number, askBriefly: () => Promise<unknown>): Answered {
  const silence = createSilence(askBriefly)
  return async (work, withinMs = answerTimeoutMs) => {
    if (silence.isSilent() && !(await silence.isOver())) throw unavailable(new Finding('still no answer'))
    const since = silence.answers()
    let givenUp = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let giveUp: (why: string) => void = () => undefined
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => giveUp(`no answer within ${withinMs} ms`), withinMs)
    }
    const late = new Promise<never>((_, reject) => {
      giveUp = (why) => {
        givenUp = true
        if (withinMs === answerTimeoutMs) silence.waited(since)
        reject(unavailable(new Finding(why)))
      }
    })
    const doubting = setInterval(async () => {
      if (!(await silence.isOver())) giveUp('no answer to a short question either')
    }, doubtMs)
    try {
      wait()
      const result = await Promise.race([work({ goesOn: wait, isGivenUp: () => givenUp }), late])
      silence.heard()
      return result
    } catch (error) {
      if (sqlState(error) !== undefined) silence.heard()
      else if (isConnectTimeout(error)) silence.waited(since)
      throw failure(error)
    } finally {
      clearTimeout(timer)
      clearInterval(doubting)
    }
  }
}

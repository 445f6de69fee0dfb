import { expect } from 'bun:test'

/**
 * What a promise is rejected with; undefined when it is not. `expect(promise).rejects` of Bun waits in a loop of its own, in which what
 * `setImmediate` was given, as a group commit, has its turn only when somebody else's timer ends.
 */
export const failureOf = (work: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  )

/** An error of this text, or with it in its message. */
export const saying = (text: string) => ({ message: expect.stringContaining(text) })

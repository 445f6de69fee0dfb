/** Closing what was opened when something has failed already: that is what is to be told, whatever closing comes to. */

type Close = () => void | Promise<void>

/** Closes, and never rejects. */
export async function closeUnheard(close: Close): Promise<void> {
  try {
    await close()
  } catch {
    // As a rule of the same cause.
  }
}

/** Gives what `work` gives, once that is closed. Rejects as `work` did; as closing did only where `work` was done. */
export async function thenClosed<T>(close: Close, work: () => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await work()
  } catch (error) {
    await closeUnheard(close)
    throw error
  }
  await close()
  return result
}

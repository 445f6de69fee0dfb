/** What `within` gives where the work was not done in time. */
export const late = Symbol('late')

/**
 * Waits at most so many milliseconds for work, which goes on: what it is about is the caller's to give up. Rejects as the work does,
 * in time; a rejection that comes later is nobody's and ends nothing.
 */
export async function within<T>(milliseconds: number, work: PromiseLike<T>): Promise<T | typeof late> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), milliseconds)
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

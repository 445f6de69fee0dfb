/**
 * Opens something at its first use. Whoever asks meanwhile shares the attempt; one that fails is forgotten, so that the next use
 * tries again and an engine that was away for a moment is not away for good.
 */
export function atFirstUse<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined
  return () => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
}

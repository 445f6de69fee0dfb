/** The model's files cannot be used: missing, damaged, or of something else. The message says which and names no path. */
export class ModelUnusable extends Error {
  constructor(what: string, options?: { cause?: unknown }) {
    super(`${what}. Get the files again: souvenir models pull`, options)
    this.name = 'ModelUnusable'
  }
}

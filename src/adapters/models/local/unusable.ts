/** What helps whatever is wrong with the files, at the end of a sentence. */
const getFilesAgain = 'souvenir models pull --replace, or souvenir models add DIR --replace'

/** The model's files cannot be used: missing, damaged, or of something else. The message says which and names no path. */
export class ModelUnusable extends Error {
  constructor(what: string, options?: { cause?: unknown }) {
    super(`${what}. Get the files again: ${getFilesAgain}`, options)
    this.name = 'ModelUnusable'
  }
}

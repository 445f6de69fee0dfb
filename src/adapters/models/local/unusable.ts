/** The model's files cannot be used: missing, damaged, or of something else. The message says which and names no path. */
export class ModelUnusable extends Error {
  constructor(what: string, options?: { cause?: unknown }) {
    super(what, options)
    this.name = 'ModelUnusable'
  }
}

/** What helps whatever is wrong with a model's files, as a sentence; `command` is what a person types for souvenir. */
export const getFilesAgain = (command: string, name: string): string =>
  `Get them again: ${command} models pull ${name} --replace, or ${command} models add DIR --name ${name} --replace`

/** Threads that nobody named: what one app adds in quick succession is taken for one conversation, but for no more than that. Pure. */

const guessedPrefix = 'auto:'

/** The thread of a memory of which nobody said to which it belongs. */
export const guessedThread = (id: string): string => `${guessedPrefix}${id}`

export const isGuessed = (threadId: string): boolean => threadId.startsWith(guessedPrefix)

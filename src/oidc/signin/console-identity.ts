/** The identity of who signs in with a printed code: the name that the operator gave. */
import type { Identity } from '../ports.ts'

export const consoleProvider = 'console'

/** Who is meant where nobody is named: the first person, and whoever comes with AUTH=none. */
export const ownerName = 'owner'

export const consoleIdentity = (name: string): Identity => ({ provider: consoleProvider, subject: name })

export const isConsole = ({ provider }: Identity): boolean => provider === consoleProvider

import { type Listening, listen } from '../serve.ts'
import { Fault } from '../shared/fault.ts'

/** Where a process is to listen, and the variable that says on which port. */
export interface ListenAt {
  readonly host: string
  readonly port: number
  readonly variable: 'PORT' | 'OIDC_PORT' | 'METRICS_PORT'
}

/**
 * Listens there.
 * @throws Fault `conflict` that names the variable to change, where the system does not let us
 */
export async function listenAt(serve: Parameters<typeof listen>[0], at: ListenAt): Promise<Listening> {
  try {
    return await listen(serve, at.host, at.port)
  } catch (error) {
    throw new Fault('conflict', whyNot(error, at), { code: 'cannot_listen', cause: error })
  }
}

/** Bun tells the reason by the code of the system, Deno by the name of the error. */
export function whyNot(error: unknown, { host, port, variable }: ListenAt): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  const reason = `${name} ${message}`
  if (/EADDRINUSE|AddrInUse|in use/.test(reason)) {
    return `Port ${port} is taken, perhaps by another souvenir. Stop what listens there, or set ${variable} to another.`
  }
  if (/EACCES|permission ?denied/i.test(reason))
    return `This user may not listen on port ${port}. Set ${variable} to one above 1023.`
  return `${host} is no address of this machine to listen on (${message}). Set HOST to one: 127.0.0.1, or 0.0.0.0 for all.`
}

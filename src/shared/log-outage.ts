import type { Fault } from './fault.ts'
import type { Log } from './log.ts'

/** Which request it was, and what it asked for where the route does not say: a tool, a method of JSON-RPC. */
interface LoggedRequest {
  readonly requestId: string
  readonly tool?: string
  readonly rpcMethod?: string
}

/** An engine that is away: the caller is told to try again, and the log why it is away. Any other fault is the caller's alone. */
export function logOutage(log: Log, fault: Fault, request: LoggedRequest): void {
  if (fault.kind === 'unavailable' && fault.cause !== undefined) log.warn({ ...request, err: fault }, 'unavailable')
}

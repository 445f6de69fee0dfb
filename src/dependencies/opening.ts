import type { HealthCheck } from '../shared/health.ts'
import type { QueueState } from '../shared/metrics.ts'

/** What an engine is used for, as the start says it. */
export interface EngineInUse {
  readonly purpose: string
  readonly engine: string
}

export type QueueStates = () => Promise<Readonly<Record<string, QueueState>>>

/** What has been opened so far: each part says what it added, and all of it closes together, the last opened first. */
export interface Opening {
  readonly healthChecks: HealthCheck[]
  readonly engines: EngineInUse[]
  readonly queues: QueueStates[]
  /** Is called once, after everything that was opened later has closed. */
  onClose(closeOne: () => void | Promise<void>): void
  close(): Promise<void>
}

export function createOpening(): Opening {
  const closers: (() => void | Promise<void>)[] = []
  return {
    healthChecks: [],
    engines: [],
    queues: [],
    onClose: (closeOne) => void closers.push(closeOne),
    async close() {
      for (const closeOne of closers.splice(0).reverse()) await closeOne()
    },
  }
}

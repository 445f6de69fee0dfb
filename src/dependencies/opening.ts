import { closeUnheard } from '../shared/closing.ts'
import type { HealthCheck } from '../shared/health.ts'
import type { QueueState } from '../shared/metrics.ts'
import { within } from '../shared/within.ts'

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
  /** Is called once, after everything that was opened later has closed, or has had its time. */
  onClose(closeOne: () => void | Promise<void>): void
  /** Rejects as the first that failed, once all had their turn; one that does not end is left behind. */
  close(): Promise<void>
}

/** What is open may hang: as a driver that waits for a server. */
const closesWithinMs = 3_000

/** Opens what belongs together. Where a part does not open, those before it are closed, and it rejects as that part did. */
export async function openTogether<T>(open: (opening: Opening) => Promise<T>): Promise<T> {
  const opening = createOpening()
  try {
    return await open(opening)
  } catch (error) {
    await closeUnheard(opening.close)
    throw error
  }
}

function createOpening(): Opening {
  const closers: (() => void | Promise<void>)[] = []
  return {
    healthChecks: [],
    engines: [],
    queues: [],
    onClose: (closeOne) => void closers.push(closeOne),
    async close() {
      const failures: unknown[] = []
      for (const closeOne of closers.splice(0).reverse()) {
        try {
          await within(closesWithinMs, Promise.resolve(closeOne()))
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}

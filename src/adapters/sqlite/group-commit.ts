/**
 * Group commit: what asks to be written in one turn of the event loop shares one transaction, and so one sync of the disk, which
 * costs more than all else of a small write. Everyone waits for that sync; who throws is undone alone.
 */
import type { Database } from './database.ts'

interface Waiting {
  /** Works inside the group's transaction, and gives what tells its caller once that is on the disk. */
  attempt(): () => void
  /** The same where there is nobody else to be undone apart from: whatever it throws ends the transaction. */
  alone(): () => void
  fail(error: unknown): void
}

export function groupCommit({ run, transaction }: Pick<Database, 'run' | 'transaction'>): Database['groupCommit'] {
  let waiting: Waiting[] = []

  function commit(): void {
    const group = waiting
    waiting = []
    const [first, ...others] = group
    try {
      const tellings = transaction(() =>
        first !== undefined && others.length === 0 ? [first.alone()] : group.map(({ attempt }) => attempt()),
      )
      for (const tell of tellings) tell()
    } catch (error) {
      for (const { fail } of group) fail(error)
    }
  }

  function undo(cause: unknown): void {
    try {
      run('ROLLBACK TO attempt')
      run('RELEASE attempt')
    } catch {
      // SQLite undid the whole transaction by itself (disk full): the group has failed, and of this.
      throw cause
    }
  }

  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      const alone = () => {
        const result = work()
        return () => resolve(result)
      }
      if (waiting.length === 0) setImmediate(commit)
      waiting.push({
        alone,
        attempt() {
          run('SAVEPOINT attempt')
          try {
            const tell = alone()
            run('RELEASE attempt')
            return tell
          } catch (error) {
            undo(error)
            return () => reject(error)
          }
        },
        fail: reject,
      })
    })
}

/**
 * Group commit: what asks to be written in one turn of the event loop shares one transaction, and so one sync of the disk, which
 * costs more than all else of a small write. Everyone waits for that sync; who throws is undone alone. On a full disk those go on for
 * whom room is set aside.
 */
import type { Database } from './database.ts'
import { isForWantOfRoom } from './errors.ts'

interface Waiting {
  readonly hasReserve: boolean
  /** Works inside the group's transaction, and gives what tells its caller once that is on the disk. */
  attempt(): () => void
  /** The same where there is nobody else to be undone apart from: whatever it throws ends the transaction. */
  alone(): () => void
  fail(error: unknown): void
}

/** @param inReserve runs again what failed, in the room set aside, or throws why it failed */
export function groupCommits(
  { run, transaction }: Pick<Database, 'run' | 'transaction'>,
  inReserve: <T>(cause: unknown, work: () => T) => T,
): Pick<Database, 'groupCommit' | 'groupCommitWithReserve'> {
  let waiting: Waiting[] = []

  function commit(): void {
    const group = waiting
    waiting = []
    try {
      carryOut(group)
    } catch (error) {
      const saved = group.filter(({ hasReserve }) => hasReserve && isForWantOfRoom(error))
      for (const one of group) if (!saved.includes(one)) one.fail(error)
      if (saved.length > 0) commitInReserve(saved, error)
    }
  }

  function commitInReserve(group: readonly Waiting[], cause: unknown): void {
    try {
      inReserve(cause, () => carryOut(group))
    } catch (error) {
      for (const { fail } of group) fail(error)
    }
  }

  /** Whoever throws alone is told so; all are told once it is on the disk. */
  function carryOut(group: readonly Waiting[]): void {
    const [first, ...others] = group
    const tellings = transaction(() =>
      first !== undefined && others.length === 0 ? [first.alone()] : group.map(({ attempt }) => attempt()),
    )
    for (const tell of tellings) tell()
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

  const ask = <T>(work: () => T, hasReserve: boolean) =>
    new Promise<T>((resolve, reject) => {
      const alone = () => {
        const result = work()
        return () => resolve(result)
      }
      if (waiting.length === 0) setImmediate(commit)
      waiting.push({
        hasReserve,
        alone,
        attempt() {
          run('SAVEPOINT attempt')
          try {
            const tell = alone()
            run('RELEASE attempt')
            return tell
          } catch (error) {
            // There is no room for the others of the group either.
            if (isForWantOfRoom(error)) throw error
            undo(error)
            return () => reject(error)
          }
        },
        fail: reject,
      })
    })
  return { groupCommit: (work) => ask(work, false), groupCommitWithReserve: (work) => ask(work, true) }
}

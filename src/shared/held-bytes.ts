/** How much of what people sent is held in memory at once: what cannot be read as it comes is bounded for each of them and in all. */
import { createCounts } from './counts.ts'
import { Fault } from './fault.ts'

export interface HeldBytesLimits {
  readonly perPerson: number
  readonly total: number
}

/** What one request holds. */
export interface Holding {
  /** Throws `Fault('rate_limited')` where that would be more than there may be. */
  add(bytes: number): void
  /** Gives back all of it. */
  release(): void
}

export interface HeldBytes {
  begin(person: string): Holding
}

export function createHeldBytes(limits: HeldBytesLimits): HeldBytes {
  const ofPerson = createCounts()
  let all = 0
  return {
    begin(person) {
      let own = 0
      const hold = (bytes: number) => {
        own += bytes
        all += bytes
        ofPerson.add(person, bytes)
      }
      return {
        add(bytes) {
          if (ofPerson.of(person) + bytes > limits.perPerson || all + bytes > limits.total) throw tooMuch()
          hold(bytes)
        },
        release: () => hold(-own),
      }
    },
  }
}

const tooMuch = (): Fault =>
  new Fault('rate_limited', 'Too many files at once. Wait until the others are taken in.', {
    code: 'too_many_at_once',
    retryAfterSeconds: 5,
  })

import { describe, expect, test } from 'bun:test'
import { createHeldBytes } from '../../../src/shared/held-bytes.ts'

describe('What is held of people’s forms', () => {
  test('is bounded for each person and in all, and what is refused is not counted', () => {
    const held = createHeldBytes({ perPerson: 10, total: 15 })
    const refused = expect.objectContaining({ kind: 'rate_limited', code: 'too_many_at_once', retryAfterSeconds: 5 })
    const [ada, again, grace] = [held.begin('ada'), held.begin('ada'), held.begin('grace')]
    ada.add(6)
    expect(() => again.add(5)).toThrow(refused)
    again.add(4)
    expect(() => grace.add(6)).toThrow(refused)
    grace.add(5)
  })

  test('has room again once it is released', () => {
    const held = createHeldBytes({ perPerson: 10, total: 10 })
    const first = held.begin('ada')
    first.add(4)
    first.add(6)
    const next = held.begin('grace')
    expect(() => next.add(1)).toThrow()
    first.release()
    first.release()
    next.add(10)
  })
})

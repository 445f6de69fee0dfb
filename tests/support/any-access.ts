/** Any rule of an app, and any few memories of several apps: what properties of access are asked with. */
import fc from 'fast-check'
import type { AccessRule } from '../../src/memory/schema.ts'
import { app } from './memories.ts'

const chat = app('chat')
const names = ['work', 'health', "o'brien"]

/** Of the app `chat`. */
export const anyRule = fc.record({
  appId: fc.constant(chat),
  paused: fc.boolean(),
  read: fc.constantFrom('all', 'own', 'none'),
  write: fc.constantFrom('all', 'own', 'none'),
  categories: fc.option(fc.subarray(names), { nil: undefined }),
}) satisfies fc.Arbitrary<AccessRule>

/** By whom, and with which categories. */
export const anyWrites = fc.array(
  fc.record({ by: fc.constantFrom(chat, app('other'), app('third')), categories: fc.subarray(names) }),
  { minLength: 1, maxLength: 6 },
)

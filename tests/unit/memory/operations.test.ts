import { expect, test } from 'bun:test'
import { operations } from '../../../src/memory/operations.ts'
import { Fault } from '../../../src/shared/fault.ts'
import { callerOf } from '../../support/memories.ts'

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'taken'
  } catch (error) {
    return error instanceof Fault ? error.code : String(error)
  }
}

test('no REST face of any operation takes a request that names another person', () => {
  const caller = callerOf('ada', 'chat')
  const faces = operations.flatMap(({ rest }) => rest)
  const wires = [
    { params: {}, query: { user_id: 'eve' }, body: {} },
    { params: {}, query: {}, body: { user_id: 'eve' } },
  ]
  const codes = faces.flatMap((face) => wires.map((wire) => codeOf(() => face.toInput(wire, caller))))
  expect(new Set(codes)).toEqual(new Set(['other_user']))
})

/** What a long list in a body costs before its schema says that it is too long. */
import { expect, spyOn, test } from 'bun:test'
import { readJson } from '../../../src/shared/read-body.ts'

test('a list in a body is gone through where it stands: no list of its items is made again', async () => {
  const body = JSON.stringify({ ids: Array.from({ length: 1_000 }, (_, at) => at), within: [[{ a: [1, { b: 2 }] }]] })
  const values = spyOn(Object, 'values')
  try {
    const read = await readJson(new Request('http://localhost/', { method: 'POST', body }), 1_000_000)
    expect(JSON.stringify(read)).toBe(body)
    expect(values.mock.calls.filter(([of]) => Array.isArray(of))).toEqual([])
  } finally {
    values.mockRestore()
  }
})

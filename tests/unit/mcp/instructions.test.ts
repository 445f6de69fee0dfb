import { describe, expect, test } from 'bun:test'
import { instructions } from '../../../src/mcp/instructions.ts'

describe('MCP 2026-07-28, instructions', () => {
  const first = instructions.slice(0, 512)

  test('the first 512 characters end with a sentence', () => {
    expect(instructions.indexOf('\n\n')).toBeLessThanOrEqual(512)
    expect(first.trim().split('\n\n')[0]).toEndWith('.')
  })

  for (const word of ['RECALL', 'search_memory', 'REMEMBER', 'add_memories', 'never instructions', 'passwords']) {
    test(`they say: ${word}`, () => expect(first).toContain(word))
  }
})

import { describe, expect, test } from 'bun:test'
import { canonicalResource } from '../../../src/shared/resource-identifier.ts'

const canonical = 'https://memory.example.com/mcp'

describe('RFC 8707 section 2: a resource identifier', () => {
  for (const spelling of [
    canonical,
    `${canonical}/`,
    'HTTPS://Memory.Example.com/mcp',
    'https://memory.example.com:443/mcp',
  ]) {
    test(`${spelling} is ${canonical}`, () => {
      expect(canonicalResource(spelling)).toBe(canonical)
    })
  }

  test('the bare origin has no slash', () => {
    expect(canonicalResource('https://memory.example.com/')).toBe('https://memory.example.com')
  })

  for (const other of [
    `${canonical}#here`,
    `${canonical}#`,
    `${canonical}?a=b`,
    `${canonical}?`,
    'https://ada@memory.example.com/mcp',
    'https://:hush@memory.example.com/mcp',
    'urn:memory',
    'ftp://memory.example.com/mcp',
    '/mcp',
    '',
  ]) {
    test(`${JSON.stringify(other)} is none`, () => {
      expect(canonicalResource(other)).toBeUndefined()
    })
  }

  test('the path is compared as it is: case, and a slash too many, are another resource', () => {
    expect(canonicalResource('https://memory.example.com/MCP')).not.toBe(canonical)
    expect(canonicalResource(`${canonical}//`)).not.toBe(canonical)
  })
})

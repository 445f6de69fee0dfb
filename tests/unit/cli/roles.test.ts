import { describe, expect, test } from 'bun:test'
import { UsageError } from '../../../src/cli/command.ts'
import { rolesOf } from '../../../src/cli/roles.ts'
import { allRoles } from '../../../src/config/roles.ts'

describe('--roles, for serve and for healthcheck', () => {
  test('is spelled with a space or an equals sign; without it, all', () => {
    expect([...rolesOf(['--roles', 'auth,mcp'])]).toEqual(['auth', 'mcp'])
    expect([...rolesOf(['--roles=auth'])]).toEqual(['auth'])
    expect([...rolesOf([])]).toEqual([...allRoles])
  })

  test('what is no role and what is no option is a mistake of the caller, never ignored', () => {
    expect(() => rolesOf(['--roles', 'auht'])).toThrow(UsageError)
    expect(() => rolesOf(['--role', 'auth'])).toThrow(TypeError)
  })
})

/** Why a process cannot listen, in the words of the runtimes, is told with the variable to change. */
import { describe, expect, test } from 'bun:test'
import { whyNot } from '../../../src/cli/listen-at.ts'

const at = { host: '127.0.0.1', port: 80, variable: 'PORT' } as const
const named = (name: string, message: string) => Object.assign(new Error(message), { name })

describe('a port below 1024 that an ordinary user asks for', () => {
  test.each([
    ['Bun', named('Error', 'permission denied 127.0.0.1:80')],
    ['Bun, by code', named('Error', 'listen EACCES: permission denied 127.0.0.1:80')],
    ['Deno', named('PermissionDenied', 'Permission denied (os error 13)')],
  ])('%s', (_runtime, error) => {
    expect(whyNot(error, at)).toBe('This user may not listen on port 80. Set PORT to one above 1023.')
  })
})

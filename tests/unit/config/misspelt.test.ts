import { describe, expect, test } from 'bun:test'
import { loadConfig } from '../../../src/config/config.ts'
import { misspeltVariables } from '../../../src/config/misspelt.ts'

describe('a variable that is set and not read', () => {
  test.each([
    ['PROT', 'PORT'],
    ['PORTS', 'PORT'],
    ['DATADIR', 'DATA_DIR'],
    ['data_dir', 'DATA_DIR'],
    ['OIDC_BASE_UR', 'OIDC_BASE_URL'],
    ['REDIS_URI', 'REDIS_URL'],
    ['ALLOWED_EMAIL', 'ALLOWED_EMAILS'],
    ['OIDC_PRIVATE_KEY_FIEL', 'OIDC_PRIVATE_KEY_FILE'],
  ])('%s is perhaps %s', (given, meant) => {
    expect(misspeltVariables({ [given]: 'x' })).toEqual([{ given, meant }])
  })

  test('one that is read, is set to nothing, or is of another program is not spoken of', () => {
    const others = [
      'PATH',
      'HOME',
      'USER',
      'PWD',
      'HOSTNAME',
      'SHLVL',
      'TERM',
      'LANG',
      'NODE_ENV',
      'POSTGRES_USER',
      'EDITOR',
    ]
    const ours = ['PORT', 'DATA_DIR', 'POSTGRES_PASSWORD_FILE', 'COMPOSE_PROFILES', 'OIDC_HOST']
    expect(misspeltVariables(Object.fromEntries([...others, ...ours].map((name) => [name, 'x'])))).toEqual([])
    expect(misspeltVariables({ PROT: '', DATADIR: undefined })).toEqual([])
  })

  test('is named beside what cannot be used, and alone keeps nobody from starting', () => {
    const google = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret', ALLOWED_EMAIL: 'ada@example.com' }
    expect(() => loadConfig(undefined, google)).toThrow('ALLOWED_EMAIL is no variable: perhaps ALLOWED_EMAILS.')
    expect(loadConfig(undefined, { PROT: '9000' }).misspelt()).toEqual([{ given: 'PROT', meant: 'PORT' }])
  })
})

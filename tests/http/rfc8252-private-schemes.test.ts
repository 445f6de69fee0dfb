/** RFC 8252 section 7.1: which schemes an app may be called back by. A refused request goes there without anybody signed in. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts'
import { backChannel, refusalOf } from '../support/back-channel.ts'

let server: AuthorizationServer
let back: ReturnType<typeof backChannel>
beforeAll(async () => {
  server = await startAuthorizationServer()
  back = backChannel(server)
})
afterAll(() => server.close())

const good = 'https://app.example/callback'
const refused = async (metadata: unknown) => refusalOf(await back.register(metadata))

describe('RFC 8252 section 7.1: private-use schemes', () => {
  test('those of apps are taken, also where they are no reversed domain name, as real ones are not', async () => {
    const redirect_uris = [
      'cursor://x/cb',
      'vscode://x/cb',
      'raycast://oauth',
      'msal1234://auth',
      'com.example.app:/cb',
    ]
    const response = await back.register({ redirect_uris })
    expect([response.status, await response.json()]).toMatchObject([201, { redirect_uris }])
  })

  test.each([
    ['search-ms:query=x&crumb=location:%5C%5Cevil.example%5Cshare'],
    ['ms-msdt:/id'],
    ['MS-Word:ofe|u|https://evil.example/x'],
    ['ms-its:x'],
    ['microsoft-edge:https://evil.example'],
    ['shell:startup'],
    ['ldap://evil.example'],
    ['smb://evil.example/share'],
    ['vnc://evil.example'],
    ['ssh://evil.example'],
    ['x-apple.systempreferences:x'],
    ['facetime:a@evil.example'],
    ['intent://evil.example/'],
    ['mailto:a@evil.example'],
    ['tel:112'],
    ['chrome://settings'],
  ])('%s is the system’s or the browser’s: refused among good ones, and for after a logout', async (uri) => {
    expect(await refused({ redirect_uris: [good, uri] })).toMatchObject({ status: 400, error: 'invalid_redirect_uri' })
    const logout = { redirect_uris: [good], post_logout_redirect_uris: [uri] }
    expect(await refused(logout)).toMatchObject({ status: 400, error: 'invalid_client_metadata' })
  })
})

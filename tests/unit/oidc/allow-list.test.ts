import { describe, expect, test } from 'bun:test'
import { identityMayEnter, personMayEnter } from '../../../src/oidc/signin/allow-list.ts'
import { user } from '../../conformance/records.ts'

const lists = { allowedEmails: ['sam@ok.example', 'Kim@Ok.Example'], allowedDomains: ['team.example'] }
const vouched = (email: string, hostedDomain?: string, emailVerified: unknown = true) =>
  identityMayEnter({ email, emailVerified, ...(hostedDomain === undefined ? {} : { hostedDomain }) }, lists)

describe('sign-in is deny by default', () => {
  test('empty lists let nobody in', () => {
    const nobody = { allowedEmails: [], allowedDomains: [] }
    expect(identityMayEnter({ email: 'sam@ok.example', emailVerified: true }, nobody)).toBe(false)
  })

  for (const [email, domain] of [
    ['sam@ok.example', undefined],
    ['SAM@OK.EXAMPLE', undefined],
    ['kim@ok.example', undefined],
    ['anyone@team.example', 'team.example'],
    ['anyone@TEAM.example', 'Team.Example'],
  ] as const)
    test(`${email} of ${domain} is let in`, () => expect(vouched(email, domain)).toBe(true))

  for (const [what, email, domain, verified] of [
    ['another address', 'eve@ok.example', undefined, true],
    ['email_verified false', 'sam@ok.example', undefined, false],
    ['email_verified "true"', 'sam@ok.example', undefined, 'true'],
    ['email_verified 1', 'sam@ok.example', undefined, 1],
    ['email_verified missing', 'sam@ok.example', undefined, null],
    ['two @', 'sam@evil@ok.example', undefined, true],
    ['two @ the other way', 'sam@ok.example@evil.example', undefined, true],
    ['a quoted local part', '"sam@ok.example"@evil.example', undefined, true],
    ['a longer host', 'sam@ok.example.evil.example', undefined, true],
    ['a host that ends so', 'sam@notok.example', undefined, true],
    ['a trailing dot', 'sam@ok.example.', undefined, true],
    ['a space', 'sam@ok.example ', undefined, true],
    ['a line break', 'sam@ok.example\n', undefined, true],
    ['the Kelvin sign for k', '\u212aim@ok.example', undefined, true],
    ['a Cyrillic a', 's\u0430m@ok.example', undefined, true],
    ['a full-width letter', 'sa\uff4d@ok.example', undefined, true],
    ['a dotless i', 'k\u0131m@ok.example', undefined, true],
    ['a tag', 'sam+x@ok.example', undefined, true],
    ['an empty address', '', undefined, true],
    ['a domain on the list by the address alone', 'eve@team.example', undefined, true],
    ['another hd', 'eve@team.example', 'evil.example', true],
    ['hd on the list with an address elsewhere', 'eve@evil.example', 'team.example', true],
    ['hd below the list', 'eve@sub.team.example', 'sub.team.example', true],
    ['hd in look-alike letters', 'eve@t\u0435am.example', 't\u0435am.example', true],
    ['an empty hd', 'eve@team.example', '', true],
  ] as const)
    test(`${what} is not`, () => expect(vouched(email, domain, verified)).toBe(false))

  test('whom the operator gave a code needs no list; anyone else stays only while on it', () => {
    const google = { provider: 'google', subject: '1' }
    expect(personMayEnter(user({ identities: [{ provider: 'console', subject: 'me' }] }), lists)).toBe(true)
    const onIt = user({ identities: [google], email: 'sam@ok.example', emailVerified: true })
    expect(personMayEnter(onIt, lists)).toBe(true)
    expect(personMayEnter(onIt, { ...lists, allowedEmails: [] })).toBe(false)
  })
})

import { describe, expect, test } from 'bun:test'
import { clientAddress } from '../../../src/http/client-address.ts'

const request = (forwarded?: string) =>
  new Request('http://localhost/', forwarded === undefined ? {} : { headers: { 'x-forwarded-for': forwarded } })

describe('client address', () => {
  test('without trusted proxies the header is not believed', () => {
    expect(clientAddress([])(request('203.0.113.9'), '198.51.100.7')).toBe('198.51.100.7')
  })
  test('behind trusted proxies: the last hop that is not one of them', () => {
    const addressOf = clientAddress(['172.16.0.0/12', '10.0.0.1'])
    expect(addressOf(request('203.0.113.66, 203.0.113.9, 10.0.0.1'), '172.18.0.4')).toBe('203.0.113.9')
  })
  test('a stranger cannot forge it', () => {
    expect(clientAddress(['172.16.0.0/12'])(request('203.0.113.9'), '198.51.100.7')).toBe('198.51.100.7')
  })
  test('an IPv6 address counts as its /64, an IPv4-mapped one as IPv4', () => {
    const addressOf = clientAddress([])
    expect(addressOf(request(), '2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(addressOf(request(), '2001:db8::6')).toBe('2001:db8:0:0::/64')
    expect(addressOf(request(), '::ffff:198.51.100.7')).toBe('198.51.100.7')
  })
})

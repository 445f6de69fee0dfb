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
    // RFC 4291 section 2.2: the same address in other forms.
    for (const same of ['::ffff:c633:6407', '::FFFF:C633:6407', '0:0:0:0:0:ffff:c633:6407', '0::ffff:198.51.100.7']) {
      expect(addressOf(request(), same)).toBe('198.51.100.7')
    }
    expect(addressOf(request(), '::1')).toBe('0:0:0:0::/64')
    expect(addressOf(request(), '64:ff9b::198.51.100.7')).toBe('64:ff9b:0:0::/64')
    expect(addressOf(request(), 'fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  })
  test('a hop may come with its port, in brackets, or in hex', () => {
    const addressOf = clientAddress(['172.16.0.0/12', '2001:db8:ff::/48'])
    const of = (forwarded: string) => addressOf(request(forwarded), '172.18.0.4')
    expect(of('203.0.113.66, 203.0.113.9:50123')).toBe('203.0.113.9')
    expect(of('203.0.113.66, 203.0.113.9:50123, 172.18.0.9:443')).toBe('203.0.113.9')
    expect(of('[2001:db8:1:2::9]:50123, [2001:db8:ff::1]:443')).toBe('2001:db8:1:2::/64')
    expect(of('[2001:db8:1:2::9]')).toBe('2001:db8:1:2::/64')
    expect(of('::ffff:cb00:7109')).toBe('203.0.113.9')
    expect(of('[::ffff:203.0.113.9]:50123, ::ffff:ac12:9')).toBe('203.0.113.9')
  })
  test('empty hops are none (RFC 9110 section 5.6.1), and behind one that is no address nothing is believed', () => {
    const of = (forwarded: string) => clientAddress(['172.16.0.0/12'])(request(forwarded), '172.18.0.4')
    expect(of('203.0.113.9, ')).toBe('203.0.113.9')
    expect(of('203.0.113.9, , 172.18.0.9,')).toBe('203.0.113.9')
    for (const forwarded of [
      '',
      ',',
      '203.0.113.9, unknown',
      '203.0.113.9, 1.2.3.4:x',
      '203.0.113.9, [1.2.3]:4',
      '203.0.113.9, []:1',
    ]) {
      expect(of(forwarded)).toBe('172.18.0.4')
    }
  })
})

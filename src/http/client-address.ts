import { BlockList, isIP } from 'node:net'

/** The caller's address as limits and logs use it. */
export type ClientAddress = (request: Request, peer: string | undefined) => string

/**
 * Reads `X-Forwarded-For` from the right as long as the hop is a trusted proxy (addresses or networks); without any, the peer itself.
 * An IPv6 address becomes its /64, since one subscriber has that many.
 */
export function clientAddress(trustedProxies: readonly string[]): ClientAddress {
  const trusted = new BlockList()
  for (const entry of trustedProxies) {
    const [network = '', prefix] = entry.split('/')
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) trusted.addAddress(network, family)
    else trusted.addSubnet(network, Number(prefix), family)
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return (request, peer) => {
    let address = plain(peer ?? '')
    if (trustedProxies.length > 0 && isIP(address) !== 0 && isTrusted(address)) {
      const hops = (request.headers.get('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
      // Empty ones are none (RFC 9110 section 5.6.1).
      for (const hop of hops
        .filter((one) => one !== '')
        .reverse()
        .map(addressIn)) {
        if (isIP(hop) === 0) break
        address = hop
        if (!isTrusted(hop)) break
      }
    }
    return isIP(address) === 6 ? subnet64(address) : address || 'unknown'
  }
}

/** An address of `X-Forwarded-For`, as proxies write them: some with the port, and IPv6 in brackets then (RFC 7239 section 6). */
function addressIn(hop: string): string {
  const [, bracketed, withPort] = /^(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/.exec(hop) ?? []
  return plain(bracketed ?? withPort ?? hop)
}

/** An IPv4 address that came as IPv6 (RFC 4291 section 2.5.5.2: `::ffff:192.0.2.1` or `::ffff:c000:201`), in its own form. */
function plain(address: string): string {
  if (isIP(address) !== 6) return address
  const groups = groupsOf(address)
  const isMapped = groups.slice(0, 6).every((group, place) => group === (place === 5 ? 0xffff : 0))
  return isMapped
    ? groups
        .slice(6)
        .flatMap((group) => [group >> 8, group & 0xff])
        .join('.')
    : address
}

const subnet64 = (address: string): string =>
  `${groupsOf(address)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::').map(inHex)
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return groups.map((group) => Number.parseInt(group, 16))
}

/** Of `…:192.0.2.1` the last two groups as the others are. */
const inHex = (part: string): string =>
  part.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
  })

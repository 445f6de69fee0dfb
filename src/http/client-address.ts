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
      const hops = (request.headers.get('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()))
      for (const hop of hops.reverse()) {
        if (isIP(hop) === 0) break
        address = hop
        if (!isTrusted(hop)) break
      }
    }
    return isIP(address) === 6 ? subnet64(address) : address || 'unknown'
  }
}

/** An IPv4 address that came as `::ffff:192.0.2.1`, in its own form. */
const plain = (address: string) => (/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address)

function subnet64(address: string): string {
  const [head = '', tail = ''] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** Whether a URL's `hostname` is this machine itself: `localhost`, 127.0.0.0/8 (RFC 1122 section 3.2.1.3), `[::1]` (RFC 4291 section 2.5.3). */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)

/** The same of an address to listen on, where IPv6 has no brackets. */
export const isLoopbackAddress = (address: string): boolean => isLoopback(address) || address === '::1'

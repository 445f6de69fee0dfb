import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { isLoopback } from '../shared/loopback.ts'
import { isPlainDomain, plainAddress } from '../shared/plain-address.ts'
import { Secret } from '../shared/secret.ts'

/** What a variable's text may become. `parse` returns the value or throws a `TypeError` that says what is wrong with it. */
export interface VariableType<T> {
  readonly parse: (text: string) => T
}

const wrong = (message: string) => new TypeError(message)

/** An origin without path, query or trailing slash; http only on loopback. */
export const origin: VariableType<string> = {
  parse(text) {
    if (!URL.canParse(text)) throw wrong('is not a URL')
    const url = new URL(text)
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('must begin with https://')
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
      throw wrong('must be a bare origin: scheme, host and port, nothing behind')
    }
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      throw wrong('must be https (http is for localhost only)')
    }
    return url.origin
  },
}

/** A URL with one of the given schemes; kept as text, secret since it may hold credentials. */
export const engineUrl = (...schemes: string[]): VariableType<Secret> => ({
  parse(text) {
    if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol.slice(0, -1))) {
      throw wrong(`must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`)
    }
    return new Secret(text)
  },
})

export const httpUrl: VariableType<URL> = {
  parse(text) {
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw wrong('must be an http or https URL')
    return new URL(text)
  },
}

/** https, or http on this machine: what is asked there decides who gets in. */
export const secureUrl: VariableType<URL> = {
  parse(text) {
    const url = httpUrl.parse(text)
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      throw wrong('must be https (http is for localhost only)')
    }
    return url
  },
}

export const integer = (minimum: number, maximum: number): VariableType<number> => ({
  parse(text) {
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || value < minimum || value > maximum) {
      throw wrong(`must be a whole number from ${minimum} to ${maximum}`)
    }
    return value
  },
})

export const text: VariableType<string> = { parse: (value) => value }

/** A file or folder of this machine; relative ones from where the process starts. */
export const path: VariableType<string> = { parse: (value) => resolve(value) }

export const secret: VariableType<Secret> = { parse: (value) => new Secret(value) }

/** Values apart by commas or spaces; empty ones dropped. */
const list: VariableType<readonly string[]> = {
  parse: (value) => value.split(/[\s,]+/).filter((part) => part !== ''),
}

/** Bits, by the version of IP. */
const longestPrefix: Readonly<Record<number, number>> = { 4: 32, 6: 128 }

/** As `list`, each an IP address or a network in CIDR notation (RFC 4632, RFC 4291 section 2.3). */
export const networks: VariableType<readonly string[]> = {
  parse: (value) =>
    list.parse(value).map((part) => {
      const [address = '', prefix, ...more] = part.split('/')
      const longest = longestPrefix[isIP(address)] ?? 0
      const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest)
      if (longest === 0 || !fits || more.length > 0) throw wrong(`has ${part}, which is no IP address and no network`)
      return part
    }),
}

const listOf = (isOne: (part: string) => boolean, what: string): VariableType<readonly string[]> => ({
  parse: (value) =>
    list.parse(value).map((part) => {
      if (!isOne(part)) throw wrong(`has ${part}, which is no ${what}`)
      return part
    }),
})

/** As `list`, each an address that a person can sign in with; another would let nobody in. */
export const addresses = listOf((part) => plainAddress(part) !== undefined, 'mail address of ASCII letters')

/** As `list`, each a domain, without `@`; an international one in its ASCII form (`xn--`). */
export const domains = listOf(isPlainDomain, 'domain such as example.com')

/** As `list`, each the host name or address of a `Host` header, without port; IPv6 in brackets (RFC 3986 section 3.2.2). */
export const hosts = listOf(
  (part) =>
    (part.startsWith('[') && part.endsWith(']') && isIP(part.slice(1, -1)) === 6) ||
    /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(part),
  'host name: leave scheme, port and path out',
)

/** As `list`, each an origin. */
export const origins: VariableType<readonly string[]> = {
  parse: (value) => list.parse(value).map((part) => origin.parse(part)),
}

export const choice = <const Choices extends readonly string[]>(
  ...choices: Choices
): VariableType<Choices[number]> => ({
  parse(value) {
    if (!choices.includes(value)) throw wrong(`must be one of ${choices.join(', ')}`)
    return value
  },
})

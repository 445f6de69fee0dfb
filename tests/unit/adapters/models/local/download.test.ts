import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Download, download } from '../../../../../src/adapters/models/local/download.ts'
import { type FileServer, serveFiles } from '../../../../support/file-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'souvenir-download-'))
const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251))
let server: FileServer
let to = ''
let count = 0

beforeAll(async () => {
  server = await serveFiles(() => folder)
})
beforeEach(() => {
  writeFileSync(join(folder, 'weights'), content)
  to = join(folder, 'taken', String(count++), 'weights')
  server.asked.length = 0
  server.cut = undefined
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const take = (parts: Partial<Download> = {}) =>
  download({
    url: new URL('weights', server.url),
    to,
    largestBytes: 1_000_000,
    fetch,
    onProgress: () => undefined,
    pauseMs: 1,
    ...parts,
  })

describe('Downloading a file', () => {
  test('it is there when it is whole, and what has come is told', async () => {
    const told: (number | undefined)[][] = []
    expect(await take({ onProgress: (...progress) => told.push(progress) })).toBe(true)
    expect(readFileSync(to)).toEqual(content)
    expect(told[0]).toEqual([0, content.length])
    expect(told.at(-1)).toEqual([content.length, content.length])
    expect(existsSync(`${to}.part`)).toBe(false)
  })

  test('RFC 9110 section 14.2: a connection that broke goes on where it stopped', async () => {
    server.cut = 80_000
    expect(await take()).toBe(true)
    expect(readFileSync(to)).toEqual(content)
    expect(server.asked).toHaveLength(2)
    expect(server.asked[1]).toMatch(/^weights bytes=[1-9]\d*-$/)
  })

  test('so does another run of the program', async () => {
    server.cut = 80_000
    const failed = take({
      async fetch(url, init) {
        if (server.asked.length > 0) throw new TypeError('no network')
        return await fetch(url, init)
      },
    })
    await expect(failed).rejects.toThrow('Run the same again to go on where it stopped')
    expect(existsSync(to)).toBe(false)
    expect(await take()).toBe(true)
    expect(server.asked.at(-1)).toMatch(/^weights bytes=[1-9]\d*-$/)
    expect(readFileSync(to)).toEqual(content)
  })

  test('RFC 9110 section 13.1.5: of a file that has changed meanwhile the whole is taken', async () => {
    server.cut = 80_000
    const other = Buffer.alloc(150_000, 7)
    const taken = take({
      async fetch(url, init) {
        if (server.asked.length === 1) writeFileSync(join(folder, 'weights'), other)
        return await fetch(url, init)
      },
    })
    expect(await taken).toBe(true)
    expect(readFileSync(to)).toEqual(other)
  })

  test('a file that the server does not have is none', async () => {
    expect(await take({ url: new URL('other', server.url) })).toBe(false)
  })

  test('larger than allowed is refused, whether the server says so or just sends on', async () => {
    await expect(take({ largestBytes: 1_000 })).rejects.toMatchObject({ kind: 'too_large' })
    const endless = async () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(content) }))
    await expect(take({ fetch: endless })).rejects.toMatchObject({ kind: 'too_large' })
    expect(existsSync(to)).toBe(false)
  })

  test('a server that says nothing for too long is one that broke off', async () => {
    const silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => undefined) })
    const failure = await take({ url: new URL('weights', silent.url), silenceMs: 30 }).catch((error) => error)
    expect(failure).toMatchObject({ kind: 'unavailable' })
    expect(failure.message).toContain('nothing came for 0.03 s')
    await silent.stop(true)
  })

  test('a disk that is full is said as it is, and nothing is asked for again', async () => {
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync('/dev/full', `${to}.part`)
    await expect(take()).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(server.asked).toHaveLength(1)
  })

  test('without a network it says so, and what to do', async () => {
    const failure = await take({ url: new URL('http://127.0.0.1:1/weights') }).catch((error) => error)
    expect(failure).toMatchObject({ kind: 'unavailable', code: 'model_home_unreachable' })
    expect(failure.message).toContain('127.0.0.1:1 cannot be reached')
    expect(failure.message).toContain('MODEL_URL')
    expect(failure.message).toContain('HTTPS_PROXY')
  })

  test('a refusal is said with its status', async () => {
    const refusing = async () => new Response('', { status: 401 })
    await expect(take({ fetch: refusing })).rejects.toThrow('answered 401')
  })

  test('what was asked for over https is not taken from an address without, however many are on the way', async () => {
    const places = ['https://models.test/weights', 'https://large.test/weights', 'http://mirror.test/weights']
    const seen: string[] = []
    const failure = take({
      url: new URL(places[0] ?? ''),
      async fetch(url) {
        seen.push(url.href)
        return new Response(null, { status: 302, headers: { location: places[seen.length] ?? '' } })
      },
    })
    await expect(failure).rejects.toThrow('large.test sent us to an address without https')
    expect(seen).toEqual(places.slice(0, 2))
  })

  test('an address that leads in circles is left', async () => {
    const circle = async () => new Response(null, { status: 302, headers: { location: '/weights' } })
    await expect(take({ fetch: circle })).rejects.toThrow('leads from one address to the next')
  })
})

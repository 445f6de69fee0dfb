import { heapStats } from 'bun:jsc'
import { describe, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { gzipSync as gzipOfExports, strToU8, zipSync } from 'fflate'
import { importMemories } from '../../../src/memory/backup/import.ts'
import { recordsOf } from '../../../src/memory/backup/read-zip.ts'
import { zipLimits } from '../../../src/memory/backup/zip-limits.ts'
import { zipOf } from '../../support/zip.ts'

const linesOf = (count: number) =>
  strToU8(Array.from({ length: count }, (_, n) => `${JSON.stringify({ n, salt: crypto.randomUUID() })}\n`).join(''))

/** A file in pieces of 1,000 bytes, and how many of them were asked for. */
function arriving(zip: Uint8Array) {
  const seen = { pieces: 0 }
  async function* pieces() {
    for (let at = 0; at < zip.byteLength; at += 1_000) {
      seen.pieces++
      yield zip.subarray(at, at + 1_000)
    }
  }
  return { seen, pieces: pieces(), total: Math.ceil(zip.byteLength / 1_000) }
}

async function all(records: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = []
  for await (const record of records) list.push(record)
  return list
}

describe('An export is read as it arrives', () => {
  test('the first records are there when a small part of the file is, and nothing is read ahead of them', async () => {
    // As exports are packed: the runtime's deflate may store what is packed already in one block, of which nothing comes before its end.
    const { seen, pieces, total } = arriving(zipSync({ 'memories.jsonl.gz': gzipOfExports(linesOf(2_000)) }))
    const records = recordsOf(pieces)
    expect((await records.next()).value).toMatchObject({ n: 0 })
    expect(seen.pieces).toBeLessThan(total / 4)
    const rest = await all(records)
    expect(rest).toHaveLength(1_999)
    expect(rest.at(-1)).toMatchObject({ n: 1_999 })
  })

  test('a memories.json before the lines is not kept, however large it is', async () => {
    const document = strToU8(`{"memories":[${'0,'.repeat(100_000)}0]}`)
    const files = { 'memories.json': document, 'memories.jsonl.gz': gzipSync(linesOf(3)) }
    const limits = { ...zipLimits, documentBytes: 100_000 }
    expect(await all(recordsOf(arriving(zipOf(files)).pieces, limits))).toHaveLength(3)
    const alone = all(recordsOf(arriving(zipOf({ 'memories.json': document })).pieces, limits))
    await expect(alone).rejects.toMatchObject({ kind: 'too_large', field: 'file' })
  })

  test('a memories.json of very many values of few bytes is too_large, and one whose texts look like it is not', async () => {
    const read = (document: string) => {
      const limits = { ...zipLimits, documentValues: 1_000 }
      return all(recordsOf(arriving(zipOf({ 'memories.json': strToU8(document) })).pieces, limits))
    }
    for (const value of ['{}', '[]', '0', '""', '"\\\\"']) {
      const document = `{"memories":[${`${value},`.repeat(1_000)}${value}]}`
      await expect(read(document)).rejects.toMatchObject({
        kind: 'too_large',
        message: expect.stringContaining('values'),
      })
    }
    const text = '[{,\\"'.repeat(1_000)
    expect(await read(`{"memories":[{"content":"${text}"}]}`)).toMatchObject([{ content: JSON.parse(`"${text}"`) }])
  })

  test('more than may be sent is too_large before it is read', async () => {
    const { seen, pieces } = arriving(zipOf({ 'memories.jsonl.gz': gzipSync(linesOf(2_000)) }))
    await expect(all(recordsOf(pieces, { ...zipLimits, uploadBytes: 5_000 }))).rejects.toMatchObject({
      kind: 'too_large',
    })
    expect(seen.pieces).toBe(6)
  })

  test('a line end at any place of a piece, or none at the end, makes no difference', async () => {
    const lines = strToU8('{"a":1}\n\n{"b":"\u00e4\u{1F682}"}\r\n{"c":3}')
    const zip = zipSync({ 'memories.jsonl.gz': gzipSync(lines) }, { level: 0 })
    for (const size of [1, 2, 3, 7, 64]) {
      async function* pieces() {
        for (let at = 0; at < zip.byteLength; at += size) yield zip.subarray(at, at + size)
      }
      expect(await all(recordsOf(pieces()))).toEqual([{ a: 1 }, { b: '\u00e4\u{1F682}' }, { c: 3 }])
    }
  })
})

describe('a few hundred bytes that unpack to very much', () => {
  /** Packed twice, each time to a thousandth. */
  const bomb = (line: string, megabytes = 2) => {
    const packed = gzipSync(strToU8(line.repeat((megabytes * 1024 * 1024) / line.length)))
    return zipOf({ 'memories.jsonl.gz': packed })
  }

  test('give others their turn, and are given up after 10,000 records that are none', async () => {
    const zip = bomb('1\n')
    expect(zip.byteLength).toBeLessThan(1_000)
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const services = { store: { importAll: async () => [] }, settings: {} } as unknown as Parameters<
      typeof importMemories
    >[0]
    const caller = { ownerId: 'ada', appId: 'app', nowMs: 0 } as Parameters<typeof importMemories>[1]
    const report = await importMemories(services, caller, arriving(zip).pieces, 'skip')
    clearInterval(timer)
    expect(report).toMatchObject({ added: 0, failed: 10_001 })
    expect(turns).toBeGreaterThan(10)
  })

  test('are too_large from 4 MB on, where they are more than DEFLATE makes of their size once', async () => {
    const line = JSON.stringify({ content: 'x'.repeat(1_000) })
    const five = bomb(`${line}\n`, 5)
    const seen: unknown[] = []
    const read = async () => {
      for await (const record of recordsOf(arriving(five).pieces)) seen.push(record)
    }
    expect(five.byteLength).toBeLessThan(1_000)
    await expect(read()).rejects.toMatchObject({ kind: 'too_large', field: 'file' })
    expect(seen.length * line.length).toBeLessThan(4 * 1024 * 1024)
    expect((await all(recordsOf(arriving(bomb(`${line}\n`, 3)).pieces))).length).toBeGreaterThan(3_000)
  })

  test('others have their turn after less than 300 kB of it', async () => {
    let turns = 0
    let reading = true
    const next = () => {
      turns++
      if (reading) setImmediate(next)
    }
    next()
    await all(recordsOf(arriving(bomb(`${' '.repeat(1_023)}\n`)).pieces))
    reading = false
    expect(turns).toBeGreaterThanOrEqual((2 * 1024) / 300)
  })
})

/** A local file header (APPNOTE 4.3.7) of a file that is packed by `method` to so many bytes. */
function headerOf(name: string, method: number, bytes: number): Uint8Array {
  const header = Buffer.alloc(30 + name.length)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(method, 8)
  header.writeUInt32LE(bytes, 18)
  header.write(name, 30)
  return header.writeUInt16LE(name.length, 26) > 0 ? header : Buffer.of()
}

describe('lines packed in a way that costs more time than their bytes', () => {
  const read = (inner: Uint8Array) => all(recordsOf(arriving(zipOf({ 'memories.jsonl.gz': inner })).pieces))
  const tooLarge = (what: string) => ({ kind: 'too_large', field: 'file', message: expect.stringContaining(what) })

  test('blank lines beyond 10,000 and those that say something are too_large', async () => {
    for (const blank of ['\n', '\r\n', ' \t\n']) {
      expect(await read(gzipSync(strToU8(`${blank.repeat(10_000)}1\n`)))).toEqual([1])
      await expect(read(gzipSync(strToU8(`${blank.repeat(10_001)}1\n`)))).rejects.toMatchObject(tooLarge('blank'))
    }
    expect(await read(gzipSync(strToU8('1\n\n'.repeat(30_000))))).toHaveLength(30_000)
  })

  test('more than 100 members of a gzip file (RFC 1952 section 2.2) are too_large, some are read on', async () => {
    const members = (count: number) => Buffer.concat(Array.from({ length: count }, () => gzipSync(strToU8('1\n'))))
    expect(await read(members(100))).toHaveLength(100)
    await expect(read(members(101))).rejects.toMatchObject(tooLarge('100 gzip members'))
    const empty = Buffer.concat(Array.from({ length: 101 }, () => gzipSync(new Uint8Array())))
    await expect(read(empty)).rejects.toMatchObject(tooLarge('100 gzip members'))
  })

  test('so is the name in its header (RFC 1952 section 2.3.1) that does not end, of the first member or another', async () => {
    const named = (bytes: number) => {
      const packed = Buffer.from(gzipSync(strToU8('1\n')))
      packed[3] = 0x08
      return Buffer.concat([packed.subarray(0, 10), Buffer.alloc(bytes, 'a'), Buffer.of(0), packed.subarray(10)])
    }
    expect(await read(Buffer.concat([named(60_000), named(60_000)]))).toEqual([1, 1])
    await expect(read(named(70_000))).rejects.toMatchObject(tooLarge('header'))
    await expect(read(Buffer.concat([gzipSync(strToU8('1\n')), named(70_000)]))).rejects.toMatchObject(
      tooLarge('header'),
    )
  })
})

describe('a zip that is no export only', () => {
  test('files that nobody needs are read past, however they are packed, and nothing of them is kept', async () => {
    const [pieces, bytes] = [100, 100_000]
    const inUse = () => {
      Bun.gc(true)
      return heapStats().extraMemorySize
    }
    const before = inUse()
    let kept = Number.POSITIVE_INFINITY
    async function* upload() {
      for (const method of [0, 8, 99]) {
        yield headerOf('memories.json.bak', method, pieces * bytes)
        for (let n = 0; n < pieces; n++) yield new Uint8Array(bytes)
      }
      kept = inUse() - before
      yield zipOf({ 'memories.jsonl.gz': gzipSync(linesOf(3)) })
    }
    expect(await all(recordsOf(upload()))).toHaveLength(3)
    expect(kept).toBeLessThan((pieces * bytes) / 2)
  })

  test('one of more than 1,000 files is too_large: what keeps them takes time by the square of their number', async () => {
    const zip = Buffer.concat(Array.from({ length: 1_001 }, () => headerOf('x', 0, 0)).concat(Buffer.alloc(100)))
    await expect(all(recordsOf(arriving(zip).pieces))).rejects.toMatchObject({ kind: 'too_large', field: 'file' })
  })

  test('memories.json counts in what may be unpacked, though it is not kept by then', async () => {
    const zip = zipOf({ 'memories.json': new Uint8Array(4 * 1024 * 1024), 'memories.jsonl.gz': gzipSync(linesOf(3)) })
    const limits = { ...zipLimits, documentBytes: 1_000, linesBytes: 1024 * 1024 }
    await expect(all(recordsOf(arriving(zip).pieces, limits))).rejects.toMatchObject({
      kind: 'too_large',
      message: expect.stringContaining('unpacks'),
    })
  })

  test('so is a memories.jsonl.gz that unpacks to nothing, which the zip packs well', async () => {
    // RFC 1951 section 3.2.4: blocks without content.
    const emptyBlocks = Buffer.alloc(2 * 1024 * 1024, Buffer.of(0, 0, 0, 0xff, 0xff))
    const nothing = Buffer.concat([gzipSync(new Uint8Array()).subarray(0, 10), emptyBlocks])
    const limits = { ...zipLimits, trustedBytes: 1024 * 1024 }
    const read = all(recordsOf(arriving(zipOf({ 'memories.jsonl.gz': nothing })).pieces, limits))
    await expect(read).rejects.toMatchObject({ kind: 'too_large', message: expect.stringContaining('unpacks') })
  })

  test('others have their turn while memories.json is unpacked', async () => {
    const zip = zipOf({
      'memories.json': new Uint8Array(16 * 1024 * 1024),
      'memories.jsonl.gz': gzipSync(linesOf(3)),
    })
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    async function* atOnce() {
      yield zip
    }
    const read = all(recordsOf(atOnce(), { ...zipLimits, documentBytes: 1_000 }))
    expect(await read.finally(() => clearInterval(timer))).toHaveLength(3)
    expect(turns).toBeGreaterThan(5)
  })
})

describe('an export that grows once it is unpacked', () => {
  test('of a memory with very many categories no more are read than it takes to refuse it', async () => {
    const document = {
      memories: [{ id: 1 }],
      categories: [{ id: 2, name: 'work' }],
      memory_categories: Array.from({ length: 1_000 }, () => ({ memory_id: 1, category_id: 2 })),
    }
    const zip = zipOf({ 'memories.json': strToU8(JSON.stringify(document)) })
    const [memory] = (await all(recordsOf(arriving(zip).pieces))) as [{ categories: string[] }]
    expect(memory.categories).toHaveLength(21)
  })

  test('JSON that nests deeper than 64 levels is named, before anything walks down it', async () => {
    const deep = `{"id":"m","content":"x","metadata":{"deep":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`
    const lines = gzipSync(strToU8(`${deep}\n{"id":"n"}\n`))
    const read = (files: Record<string, Uint8Array>) => all(recordsOf(arriving(zipOf(files)).pieces))
    const [first, second] = await read({ 'memories.jsonl.gz': lines })
    expect(first).toEqual(new Error('The line nests deeper than 64 levels.'))
    expect(second).toEqual({ id: 'n' })
    await expect(read({ 'memories.json': strToU8(`{"memories":[${deep}]}`) })).rejects.toMatchObject({
      kind: 'too_large',
      message: 'memories.json nests deeper than 64 levels.',
    })
  })
})

test('an import writes long memories few at a time', async () => {
  const content = 'word '.repeat(16_000)
  const lines = Array.from({ length: 7 }, (_, n) => `${JSON.stringify({ id: `m${n}`, content })}\n`).join('')
  const pages: number[] = []
  const importAll = async (_of: string, _by: string, page: unknown[]) => {
    pages.push(page.length)
    return []
  }
  const services = { store: { importAll }, settings: {} } as unknown as Parameters<typeof importMemories>[0]
  const caller = { ownerId: 'ada', appId: 'app', nowMs: 0 } as Parameters<typeof importMemories>[1]
  await importMemories(
    services,
    caller,
    arriving(zipOf({ 'memories.jsonl.gz': gzipSync(strToU8(lines)) })).pieces,
    'skip',
  )
  expect(pages).toEqual([3, 3, 1])
})

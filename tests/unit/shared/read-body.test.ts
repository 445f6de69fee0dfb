import { describe, expect, test } from 'bun:test'
import { readJson } from '../../../src/shared/read-body.ts'

/** With its length announced, as a client that has the whole sends it, and in chunks, as one that does not. */
const requests: [string, (body: string) => Request][] = [
  [
    'of announced length',
    (body) =>
      new Request('http://localhost/', {
        method: 'POST',
        body,
        headers: { 'content-length': String(Buffer.byteLength(body)) },
      }),
  ],
  ['in chunks', (body) => new Request('http://localhost/', { method: 'POST', body: new Blob([body]).stream() })],
]

for (const [how, post] of requests) {
  describe(`A JSON body ${how}`, () => {
    test('is read as it is', async () => {
      const value = { '::': ['{', ':', '"', '\\'], nested: [{ a: 1 }, { a: 2 }], __proto: {}, text: '€\u{1F682}' }
      expect(await readJson(post(JSON.stringify(value)), 1_000)).toEqual(value)
    })

    test('RFC 9110 section 15.5.14: over the limit it is too_large', async () => {
      await expect(readJson(post(JSON.stringify('x'.repeat(100))), 100)).rejects.toMatchObject({
        kind: 'too_large',
        field: 'body',
      })
    })

    for (const [what, body] of [
      ['at the top', '{"a":1,"b":2,"a":1}'],
      ['deep inside', '{"list":[{"a":{"b":1,"b":2}}]}'],
      ['spelled otherwise', '{"a":1,"\\u0061":2}'],
    ] as const) {
      test(`RFC 8259 section 4: a member named twice ${what} is refused`, async () => {
        await expect(readJson(post(body), 1_000)).rejects.toMatchObject({ code: 'json_duplicate', field: 'body' })
      })
    }

    test('with a member __proto__, however it is spelled and wherever it is, is refused: copies would take it for their prototype', async () => {
      for (const body of [
        '{"__proto__":{"text":"a"}}',
        '[{"a":{"\\u005f_proto__":null}}]',
        '{"__proto__":1,"__proto__":2}',
      ]) {
        await expect(readJson(post(body), 1_000)).rejects.toMatchObject({ code: 'input_invalid', field: '__proto__' })
      }
    })

    test('that nests deeper than 64 levels is refused, and one of 64 is not', async () => {
      const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
      expect(await readJson(post(nested(64)), 1_000)).toHaveLength(1)
      await expect(readJson(post(nested(65)), 1_000)).rejects.toMatchObject({ code: 'json_too_deep' })
      await expect(readJson(post('['.repeat(900)), 1_000)).rejects.toMatchObject({ code: 'json_too_deep' })
    })
  })
}

test('a length that is announced and not kept to does not pass the limit', async () => {
  const request = new Request('http://localhost/', {
    method: 'POST',
    body: JSON.stringify('x'.repeat(500)),
    headers: { 'content-length': '7' },
  })
  await expect(readJson(request, 100)).rejects.toMatchObject({ kind: 'too_large' })
})

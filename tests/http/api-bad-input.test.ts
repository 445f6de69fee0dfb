/** Bad input at every binding of every operation: refused, the field named, never a 500 and never a stack. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { TSchema } from '@sinclair/typebox'
import { operations } from '../../src/memory/operations.ts'
import { accountScope, memoryScopes } from '../../src/shared/memory-scopes.ts'
import { type Deployment, deploy } from '../support/deployment.ts'

let deployment: Deployment
let token: string

beforeAll(async () => {
  deployment = await deploy()
  const scope = ['openid', ...memoryScopes, accountScope].join(' ')
  token = (await deployment.signIn(await deployment.register({ scope }), { scope })).access_token
})
afterAll(() => deployment.close())

const id = '01920000-0000-7000-8000-000000000001'
const bindings = operations.flatMap(({ rest }) => rest)

async function refused(
  method: string,
  path: string,
  expected: readonly number[],
  field: string | undefined,
  body?: BodyInit,
) {
  const response = await deployment.send(`/api/v1${path.replaceAll(/\{\w+\}/g, id)}`, {
    method: method.toUpperCase(),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
  const problem = await response.json()
  expect([problem.detail, expected]).toEqual([problem.detail, expect.arrayContaining([response.status])])
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect(problem.status).toBe(response.status)
  const named: string[] = [problem.field, ...(problem.errors ?? []).map((each: { field: string }) => each.field)]
  if (field !== undefined) expect(named).toContainEqual(expect.stringMatching(new RegExp(`^${field}`)))
  expect(JSON.stringify(problem)).not.toMatch(/\bat \S+:\d+:\d+|node_modules|\.ts\b/)
}

const propertiesOf = (schema: TSchema): [string, TSchema][] => Object.entries(schema.properties ?? {})

/** Whether a schema takes a value of this JSON type; what says nothing takes all. */
const takes = (schema: TSchema, type: string): boolean =>
  Array.isArray(schema.anyOf)
    ? schema.anyOf.some((member: TSchema) => takes(member, type))
    : schema.type === undefined || schema.type === type || schema.const !== undefined

/** A value that the schema does not take, if there is one. */
const wrong = (schema: TSchema): unknown =>
  !takes(schema, 'number') && !takes(schema, 'integer') ? 7 : !takes(schema, 'object') ? { a: 1 } : undefined

for (const { method, path, query, body, operationId, upload } of bindings) {
  describe(`${operationId}: ${method.toUpperCase()} ${path}`, () => {
    test('an unknown query parameter is 422', () => refused(method, `${path}?nonsense=1`, [422], 'nonsense'))

    for (const [name, schema] of query === undefined ? [] : propertiesOf(query)) {
      if (schema.type !== 'array') {
        test(`${name} twice is 400`, () => refused(method, `${path}?${name}=1&${name}=1`, [400], name))
      }
      if (schema.type === 'integer') {
        for (const value of ['-1', 'x', '1.5', '', '99999999999999999999']) {
          test(`${name}=${value} is 422`, () => refused(method, `${path}?${name}=${value}`, [422], name))
        }
      }
      if (schema.type === 'string') {
        test(`${name} with a NUL character is 422`, () => refused(method, `${path}?${name}=a%00b`, [422], name))
      }
      test(`${name} in bytes that are not UTF-8 is 400`, () => refused(method, `${path}?${name}=%ff`, [400], undefined))
    }

    if (body === undefined || upload !== undefined) return
    test('invalid JSON is 400', () => refused(method, path, [400], 'body', '{"'))
    test('invalid UTF-8 is 400', () => refused(method, path, [400], 'body', new Uint8Array([0x22, 0xff, 0x22])))
    test('a member named twice is 400', () => refused(method, path, [400], 'body', '{"a":1,"b":{},"a":1}'))
    test('over 1 MiB is 413', () => refused(method, path, [413], 'body', JSON.stringify({ a: 'x'.repeat(1_100_000) })))
    test('an array is 422', () => refused(method, path, [422], undefined, '[]'))
    test('null is 422', () => refused(method, path, [422], undefined, 'null'))
    const required: readonly string[] = body.required ?? []
    if (body.type === 'object') {
      test('an unknown field is refused by name', () =>
        refused(method, path, [422], required.length === 0 ? 'nonsense' : undefined, JSON.stringify({ nonsense: 1 })))
    }
    for (const name of required) {
      test(`without ${name} it is 422`, () => refused(method, path, [422], required[0], '{}'))
    }
    for (const [name, schema] of propertiesOf(body)) {
      const value = wrong(schema)
      if (value === undefined) continue
      const field = required.length === 0 || required.includes(name) ? (required[0] ?? name) : required[0]
      test(`${name} of a wrong type is 422`, () =>
        refused(method, path, [422], field, JSON.stringify({ [name]: value })))
    }
  })
}

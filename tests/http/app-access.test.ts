/** What a person lets one app read and write, set over REST and held over every surface. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Deployment } from '../support/deployment.ts'
import { type Call, deployFor, restCaller } from '../support/rest.ts'

let deployment: Deployment
let ruler: Call
let app: Call
let appId: string

beforeAll(async () => {
  ;({ deployment, call: ruler } = await deployFor('ada'))
  app = await restCaller(deployment, 'ada')
  appId = (await app('GET', '/me')).body.client_id
  await ruler('POST', '/memories/', { text: 'Rex is a golden retriever.', categories: ['pets'] })
  await ruler('POST', '/memories/', { text: 'The salary is due on Friday.', categories: ['money'] })
})
afterAll(() => deployment.close())

const limit = (access: unknown, by: Call = ruler, id = appId) => by('PUT', `/apps/${id}/access`, access)
const texts = async () =>
  (await app('GET', '/memories/')).body.items.map(({ content }: { content: string }) => content).toSorted()

test('an app that nobody limited, and never wrote or read, may do all', async () => {
  expect((await ruler('GET', `/apps/${appId}/access`)).body).toEqual({
    app_id: appId,
    paused: false,
    read: 'all',
    write: 'all',
  })
})

test('limited to categories it reads only what lies in them', async () => {
  const access = { paused: false, read: 'all', write: 'all', categories: ['pets'] }
  expect(await limit(access)).toMatchObject({ status: 200, body: { app_id: appId, ...access } })
  expect(await texts()).toEqual(['Rex is a golden retriever.'])
  expect((await app('POST', '/memories/search', { query: 'When is the salary due?' })).body.results).toEqual([])
})

test('of a memory that is reworded into its categories it learns nothing that the old text was about', async () => {
  const given = { text: 'The heart was looked at.', categories: ['health'], entities: [{ name: 'Cardiologist' }] }
  const { id } = (await ruler('POST', '/memories/', given)).body
  await limit({ paused: false, read: 'all', write: 'all', categories: ['office'] })
  await ruler('PUT', `/memories/${id}`, { memory_content: 'A note of the office.', categories: ['office'] })
  expect(await texts()).toEqual(['A note of the office.'])
  expect((await app('GET', `/memories/${id}/knowledge`)).body.entities).toEqual([])
  expect((await app('GET', '/entities/?query=cardio')).body).toEqual({ entities: [] })
  expect((await app('GET', '/entities/timeline?entity=Cardiologist')).body.entries).toEqual([])
  expect((await app('POST', '/memories/search', { query: 'Cardiologist' })).body.results).toEqual([])
  // Who may see both has it back.
  await ruler('POST', `/memories/${id}/undo`)
  expect((await ruler('GET', `/memories/${id}/knowledge`)).body.entities).toMatchObject([{ name: 'Cardiologist' }])
})

test('limited to its own it reads what it wrote, and may add', async () => {
  await limit({ paused: false, read: 'own', write: 'own' })
  expect(await texts()).toEqual([])
  expect((await app('POST', '/memories/', { text: 'Tea at five.' })).status).toBe(200)
  expect(await texts()).toEqual(['Tea at five.'])
})

test('the history of what it wrote tells a limited app of no other app, nor the id of what it may not read', async () => {
  await limit({ paused: false, read: 'own', write: 'own' })
  const { id } = (await app('POST', '/memories/', { text: 'Dinner at eight.' })).body
  const later = (await ruler('POST', `/memories/${id}/supersede`, { text: 'Dinner at nine.' })).body
  const history = (await app('GET', `/memories/${id}/history`)).body
  expect(history.events[0]).toMatchObject({ kind: 'superseded', app_id: 'another app', app_name: 'another app' })
  expect(history.events[1]).toMatchObject({ kind: 'created', app_id: appId })
  for (const secret of [later.id, later.app_id]) expect(JSON.stringify(history)).not.toContain(secret)
  const whole = (await ruler('GET', `/memories/${id}/history`)).body
  expect(whole.events[0]).toMatchObject({ other_id: later.id, app_id: later.app_id })
})

test('without writing it may not add, and without reading it may not list', async () => {
  await limit({ paused: false, read: 'all', write: 'none' })
  expect((await app('POST', '/memories/', { text: 'More tea.' })).status).toBe(403)
  await limit({ paused: false, read: 'none', write: 'none' })
  expect((await app('GET', '/memories/')).status).toBe(403)
})

test('a limited app cannot free itself, nor limit or look at others; no app changes its own rule', async () => {
  const all = { paused: false, read: 'all', write: 'all' }
  const rulerId = (await ruler('GET', '/me')).body.client_id
  await limit({ paused: false, read: 'own', write: 'own' })
  expect((await limit(all, app)).status).toBe(403)
  expect((await limit({ ...all, paused: true }, app, rulerId)).status).toBe(403)
  expect((await app('GET', `/apps/${rulerId}/access`)).status).toBe(403)
  expect((await app('GET', `/apps/${appId}/access`)).body.read).toBe('own')
  expect((await limit(all, ruler, rulerId)).body).toMatchObject({ code: 'own_rule', field: 'id' })
})

test('the list of apps says which are limited and which are paused, and pausing ends no limit', async () => {
  const shown = async () => {
    const listed = (await ruler('GET', '/apps/')).body.apps.find(({ id }: { id: string }) => id === appId)
    const counted = (await ruler('GET', '/stats/')).body.apps.find(({ id }: { id: string }) => id === appId)
    const one = (await ruler('GET', `/apps/${appId}`)).body
    return [listed, counted, one].map(({ is_active, is_limited }) => ({ is_active, is_limited }))
  }
  await limit({ paused: false, read: 'all', write: 'all' })
  expect(await shown()).toEqual(Array(3).fill({ is_active: true, is_limited: false }))
  await limit({ read: 'all', write: 'all', categories: ['pets'] })
  expect(await shown()).toEqual(Array(3).fill({ is_active: true, is_limited: true }))
  await ruler('PUT', `/apps/${appId}?is_active=false`)
  expect(await shown()).toEqual(Array(3).fill({ is_active: false, is_limited: true }))
  // What a limit does not say of a pause stays as it is.
  expect((await limit({ read: 'all', write: 'all' })).body).toMatchObject({ paused: true })
  expect(await shown()).toEqual(Array(3).fill({ is_active: false, is_limited: false }))
  await limit({ paused: false, read: 'all', write: 'all' })
})

test('an app nobody knows, and a rule that says less than all, are refused by name', async () => {
  expect((await limit({ paused: false, read: 'all', write: 'all' }, ruler, 'nobody')).status).toBe(404)
  expect((await limit({ paused: false, read: 'some', write: 'all' })).body.field).toBe('read')
  expect((await limit({ paused: false, read: 'all' })).body.field).toBe('write')
})

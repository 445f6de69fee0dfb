/** A second server on the DATA_DIR of another: it serves, and whoever starts it is told, unless the roles are apart. */
import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { folderWithKeys, freePort, type Server, startServer, target } from '../support/server.ts'

const told = /WARNING: another souvenir, on port (\d+), serves from this DATA_DIR too \(([a-z, ]+)\)/

describe(`two servers on ${target} with one DATA_DIR`, () => {
  const folder = folderWithKeys()
  const variables = (port: number) => ({ DATA_DIR: folder, PORT: String(port), AUTH: 'none', EMBEDDER: 'none' })
  const start = async (...words: string[]): Promise<Server & { readonly port: number }> => {
    const port = await freePort()
    return { ...(await startServer(variables(port), port, ...words)), port }
  }
  const warningOf = ({ output }: Server) => told.exec(output())?.slice(1) ?? []
  const marks = () => (existsSync(join(folder, 'serving')) ? readdirSync(join(folder, 'serving')) : [])

  test('the second names the port of the first and the roles of both; one of other roles, and a worker, says nothing', async () => {
    const first = await start()
    const second = await start('--roles', 'api,worker')
    const third = await start('--roles', 'actions,worker')
    try {
      expect(warningOf(first)).toEqual([])
      expect(warningOf(second)).toEqual([String(first.port), 'api'])
      expect(warningOf(third)).toEqual([])
    } finally {
      for (const server of [third, second, first]) expect(await server.stop()).toBe(0)
    }
    expect(marks()).toEqual([])
  }, 60_000)

  test('of one that was killed nothing is said, and its mark goes', async () => {
    const killed = await start()
    await killed.stop('SIGKILL')
    expect(marks()).toHaveLength(1)
    const next = await start()
    try {
      expect(warningOf(next)).toEqual([])
      expect(marks()).toEqual([expect.stringContaining(`${next.port}-`)])
    } finally {
      await next.stop()
    }
  }, 60_000)
})

/** Ports for servers that tests start. */
import { createServer } from 'node:net'

/**
 * Below those that the system gives to connections (32768 and above on Linux), of which one may take a port between the moment it was
 * found free and the start of its server. Each of the processes that run tests side by side has a part of its own, and gives no port
 * twice until it has given all.
 */
const first = 12_000
const each = 2_500
const parts = 8

const part = Number(process.env.JEST_WORKER_ID ?? 0) % parts
let given = Math.floor(Math.random() * each)

/** A port that was free a moment ago, and that nobody but who asked will be given soon. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < each; tried++) {
    const port = first + part * each + (given++ % each)
    if (await isFree(port)) return port
  }
  throw new Error('No port is free.')
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

import { connect, createServer, type Socket } from 'node:net'

/** A TCP way to a real engine that a test can cut or make deaf, as networks do. */
export async function cutProxy(target: URL) {
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'deaf' = 'open'
  let taken = 0
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    taken += 1
    track(client)
    if (state === 'cut') return void client.destroy()
    const upstream = connect(Number(target.port), target.hostname)
    track(upstream)
    client.on('data', (data) => {
      if (state === 'open') upstream.write(data)
    })
    upstream.on('data', (data) => {
      if (state === 'open') client.write(data)
    })
    client.on('end', () => state !== 'deaf' && client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = new URL(target)
  url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const dropAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url,
    /** Breaks every connection and refuses new ones. */
    cut() {
      state = 'cut'
      dropAll()
    },
    /** Keeps connections open and passes nothing on, not even an end. */
    deafen() {
      state = 'deaf'
    },
    /** How many connections it took so far. */
    taken: () => taken,
    mend() {
      state = 'open'
    },
    /** Breaks every connection; new ones are taken as before. */
    dropAll,
    close() {
      dropAll()
      server.close()
    },
  }
}

/** The yardstick: the least that a Bun server can do, on the port that PORT names. */
Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.env.PORT),
  fetch: () => Response.json({ hello: 'world' }),
})

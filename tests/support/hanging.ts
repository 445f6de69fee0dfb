/** The server, with a network that never answers and heeds no signal to stop, as a driver that hangs does. */
import process from 'node:process'
import { serve } from '../../src/cli/serve.ts'

globalThis.fetch = Object.assign(() => new Promise<never>(() => undefined), { preconnect() {} })
process.exit(await serve.run([]))

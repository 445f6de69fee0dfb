/** A process of its own, so that nobody else's memory counts: what it has before a model is loaded, with it, and after idle. In bytes. */
import process from 'node:process'
import { describeModel } from '../../../src/adapters/models/local/describe.ts'
import { localEmbedder } from '../../../src/adapters/models/local/embedder.ts'
import { systemClock } from '../../../src/shared/clock.ts'

const [folder = ''] = process.argv.slice(2)
const resident = () => process.memoryUsage().rss
const embedder = localEmbedder({ model: describeModel({ folder }), clock: systemClock, idleMs: 500 })
const before = resident()
await embedder.embed(['Rex, our golden retriever, is five.'])
const loaded = resident()
let after = loaded
// The thread's memory goes as the runtime gets to it.
for (let tries = 0; tries < 150 && after - before > (loaded - before) / 2; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 100))
  after = resident()
}
console.log(JSON.stringify({ before, loaded, after }))
process.exit(0)

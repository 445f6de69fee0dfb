/** The thread that holds a model. It loads at once, says so, then answers one text at a time. Built into the executable beside main. */
import { parentPort, workerData } from 'node:worker_threads'
import type { LocalModel } from './describe.ts'
import { loadModel } from './model.ts'
import type { FromThread, ToThread } from './thread.ts'
import { ModelUnusable } from './unusable.ts'

const say = (message: FromThread) => parentPort?.postMessage(message)
/** The reasons of our own are for people; what a library says may hold a part of a text and is not passed on. */
const ownReasonOf = (error: unknown) => (error instanceof ModelUnusable ? error.message : 'the network failed')

try {
  const { vectorOf } = await loadModel(workerData as LocalModel)
  parentPort?.on('message', async ({ text }: ToThread) => {
    try {
      say({ kind: 'vector', vector: await vectorOf(text) })
    } catch (error) {
      say({ kind: 'failed', reason: ownReasonOf(error) })
    }
  })
  say({ kind: 'ready' })
} catch (error) {
  say({ kind: 'failed', reason: ownReasonOf(error) })
}

/** Streams of one process: a POST that reaches it is for one of its own streams or for none. */
import type { PostedMessage, PostOutcome, StreamHandover } from '../../mcp/ports.ts'

export function createProcessHandover(): StreamHandover {
  const receivers = new Map<string, (posted: PostedMessage) => PostOutcome>()
  return {
    async open(sessionId, receive) {
      receivers.set(sessionId, receive)
      return async () => {
        receivers.delete(sessionId)
      }
    },
    async post(sessionId, posted) {
      return receivers.get(sessionId)?.(posted) ?? 'unknown'
    },
    async close() {
      receivers.clear()
    },
  }
}

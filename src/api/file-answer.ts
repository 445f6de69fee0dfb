/** An answer that is a file: its bytes as they are made. */
import { fileBody } from '../http/file-body.ts'
import type { RestBinding } from '../memory/operation.ts'
import { BearerChallenge } from '../resource/errors.ts'
import { Fault } from '../shared/fault.ts'
import type { Log } from '../shared/log.ts'

type Download = NonNullable<RestBinding<unknown, unknown>['download']>

/** What it cannot be sent to its end for is one line of the log: its head is sent already, and has its own. */
export function answerFile(
  file: ReadableStream<Uint8Array>,
  { contentType, fileName }: Download,
  { log, requestId }: { readonly log: Log; readonly requestId: string },
): Response {
  return new Response(
    fileBody(file, (error) => tellCutOff(error, log, requestId)),
    {
      headers: {
        'content-type': contentType,
        'content-disposition': `attachment; filename="${fileName}"`,
        'cache-control': 'no-store',
      },
    },
  )
}

function tellCutOff(error: unknown, log: Log, requestId: string): void {
  // "Invalid token" is in the log where that was found.
  if (error instanceof BearerChallenge) return
  if (error instanceof Fault && error.kind !== 'unavailable')
    log.info({ requestId, reason: error.code }, 'a file was not sent to its end')
  else log.error({ requestId, err: error }, 'a file could not be sent to its end')
}

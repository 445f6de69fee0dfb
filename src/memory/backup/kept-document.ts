/** `memories.json` as it arrives, kept whole within bounds: until `memories.jsonl.gz` is met, it may turn out to be all there is. */
import { Fault } from '../../shared/fault.ts'
import { deepestJson, nestsTooDeep } from '../../shared/read-body.ts'
import { createValueCounter } from './document.ts'
import { cutOff, documentName, linesName, notAnExport, tooMuch } from './export-faults.ts'
import type { ZipLimits } from './zip-limits.ts'

export function createKeptDocument({ documentBytes: maxBytes, documentValues: maxValues }: ZipLimits) {
  const count = createValueCounter()
  let chunks: Uint8Array[] = []
  let [begun, ended, dropped, size, values] = [false, false, false, 0, 0]
  return {
    begun: () => begun,
    begin() {
      begun = true
    },
    push(data: Uint8Array, final: boolean) {
      ended = final
      size += data.byteLength
      if (dropped || values > maxValues) return
      values = size > maxBytes ? values : count(data)
      if (size > maxBytes || values > maxValues) chunks = []
      else chunks.push(data)
    },
    /** It is not needed. */
    drop() {
      dropped = true
      chunks = []
    },
    /** The document, parsed. @throws Fault `invalid` where it is missing, cut off or no JSON, `too_large` beyond the limits */
    whole(): unknown {
      if (!begun) throw notAnExport()
      if (!ended) throw cutOff()
      if (size > maxBytes) {
        throw tooMuch(`Without ${linesName}, ${documentName} may have at most ${maxBytes} bytes.`)
      }
      if (values > maxValues) {
        throw tooMuch(`Without ${linesName}, ${documentName} may have at most ${maxValues} values.`)
      }
      return parsed(Buffer.concat(chunks))
    },
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (nestsTooDeep(json)) throw tooMuch(`${documentName} nests deeper than ${deepestJson} levels.`)
    return JSON.parse(json)
  } catch (cause) {
    throw cause instanceof Fault ? cause : notAnExport(cause)
  }
}

/**
 * The envelope of 2026-07-28, `params._meta`, and the headers that must agree with it (Streamable HTTP, Request Headers). Which
 * refusal comes first is the order of the steps here.
 */

import { Type as t } from '@sinclair/typebox'
import { checkInput } from '../shared/check-schema.ts'
import { Fault } from '../shared/fault.ts'
import { isJsonObject } from '../shared/json-object.ts'
import { type Answer, refused } from './answers.ts'
import { type Message, type Params, type RpcNotification, type RpcRequest, rpcCodes } from './json-rpc.ts'

export const modernRevision = '2026-07-28'

const versionKey = 'io.modelcontextprotocol/protocolVersion'

const ofRequest = t.Object({
  [versionKey]: t.String(),
  'io.modelcontextprotocol/clientCapabilities': t.Object({}),
  'io.modelcontextprotocol/clientInfo': t.Optional(t.Object({ name: t.String(), version: t.String() })),
})
/** Notifications need none; one that is there names a revision. */
const ofNotification = t.Object({ [versionKey]: t.String() })

/** Whether a message is of 2026-07-28 or later: its envelope says so or, where it has none, the header. */
export const isModern = (message: Message, headers: Headers): message is RpcRequest | RpcNotification =>
  message.kind !== 'response' && (hasEnvelope(message.params) || namesModern(headers.get('mcp-protocol-version')))

/** Whether parameters carry an envelope, well-formed or not. */
export const hasEnvelope = ({ _meta: meta }: Params): boolean => isJsonObject(meta) && versionKey in meta

/** Revisions are dates, so that later ones compare greater. */
const namesModern = (version: string | null): boolean => version !== null && version >= modernRevision

/** Why a message of 2026-07-28 is not served, if it is not. */
export function envelopeRefusal(message: RpcRequest | RpcNotification, headers: Headers): Answer | undefined {
  const { kind, method, params } = message
  const id = kind === 'request' ? message.id : null
  const mismatch = (why: string) =>
    refused(400, { code: rpcCodes.headerMismatch, message: `Header mismatch: ${why}` }, id)

  const header = headers.get('mcp-protocol-version')
  if (kind === 'request' && method === 'initialize' && !hasEnvelope(params)) {
    return mismatch(`MCP-Protocol-Version is ${header}, which has no initialize.`)
  }
  const wrong = wrongEnvelope(message)
  if (wrong !== undefined) {
    return refused(400, { code: rpcCodes.invalidParams, message: `Invalid params for ${method}, _meta: ${wrong}` }, id)
  }
  const version = revisionOf(params) ?? header
  if (header !== null && header !== version) {
    return mismatch(`MCP-Protocol-Version is ${header}, and the body says ${version}.`)
  }
  const methodHeader = headers.get('mcp-method')
  if (methodHeader !== null && methodHeader !== method) {
    return mismatch(`Mcp-Method is ${methodHeader}, and the body says ${method}.`)
  }
  if (version !== modernRevision) {
    const data = { supported: [modernRevision], requested: version }
    return refused(
      400,
      { code: rpcCodes.unsupportedVersion, message: `Unsupported protocol version: ${version}`, data },
      id,
    )
  }
  if (kind === 'notification') return undefined
  if (header === null) return mismatch('MCP-Protocol-Version is missing.')
  if (methodHeader === null) return mismatch('Mcp-Method is missing.')
  const wrongName = nameMismatch(method, params, headers.get('mcp-name'))
  return wrongName === undefined ? undefined : mismatch(wrongName)
}

function wrongEnvelope({ kind, params }: RpcRequest | RpcNotification): string | undefined {
  if (kind === 'notification' && !hasEnvelope(params)) return undefined
  try {
    checkInput(kind === 'request' ? ofRequest : ofNotification, params._meta ?? {})
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
}

function revisionOf({ _meta: meta }: Params): string | undefined {
  const version = isJsonObject(meta) ? meta[versionKey] : undefined
  return typeof version === 'string' ? version : undefined
}

/** What `Mcp-Name` repeats of the parameters, by method. */
const named = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

function nameMismatch(method: string, params: Params, header: string | null): string | undefined {
  const field = named.get(method)
  const value = field === undefined ? undefined : params[field]
  if (typeof value !== 'string') return undefined
  if (header === null) return 'Mcp-Name is missing.'
  const name = decoded(header)
  if (name === undefined) return 'Mcp-Name is not valid Base64 of UTF-8.'
  return name === value ? undefined : `Mcp-Name is not the ${field} in the body.`
}

/** MCP 2026-07-28, Value Encoding: what is not plain text in a header comes as `=?base64?...?=`. */
function decoded(header: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(header)?.[1]
  if (encoded === undefined) return header
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return undefined
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : undefined
}

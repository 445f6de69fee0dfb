// Shows the memories of a search_memory result. MCP Apps (2026-01-26): JSON-RPC with the host over postMessage, nothing else:
// no request leaves the frame, and what was remembered is set as text, never as markup.
const host = window.parent
const list = document.querySelector('ol')
const state = document.querySelector('.state')
const send = (message) => host.postMessage({ jsonrpc: '2.0', ...message }, '*')

const day = (iso) => {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? '' : date.toLocaleDateString(undefined, { dateStyle: 'medium' })
}

const paragraph = (name, text) => {
  const element = document.createElement('p')
  element.className = name
  element.textContent = text
  return element
}

const card = ({ memory }) => {
  const item = document.createElement('li')
  const said = memory.said_by === 'self' ? '' : memory.said_by
  const source = [day(memory.occurred_at ?? memory.created_at), said, memory.app].filter(Boolean).join(' · ')
  item.append(paragraph('text', memory.text), paragraph('source', source))
  return item
}

const show = (result) => {
  const found = result?.structuredContent?.results
  const usable = Array.isArray(found) ? found.filter((one) => typeof one?.memory?.text === 'string') : []
  list.replaceChildren(...usable.map(card))
  state.textContent = result?.isError ? 'The memories could not be read.' : 'Nothing is remembered about this.'
  state.hidden = usable.length > 0
}

const dress = (context) => {
  if (context?.theme) document.documentElement.style.colorScheme = context.theme
  for (const [name, value] of Object.entries(context?.styles?.variables ?? {})) {
    if (name.startsWith('--') && typeof value === 'string') document.documentElement.style.setProperty(name, value)
  }
}

const handlers = {
  'ui/notifications/tool-result': show,
  'ui/notifications/host-context-changed': dress,
  'ui/notifications/tool-cancelled': () => show({ isError: true }),
}

window.addEventListener('message', ({ source, data }) => {
  if (source !== host || data?.jsonrpc !== '2.0') return
  if (data.id === 'initialize' && data.result) {
    dress(data.result.hostContext)
    send({ method: 'ui/notifications/initialized', params: {} })
  } else if (data.method === 'ui/resource-teardown' || data.method === 'ping') send({ id: data.id, result: {} })
  else handlers[data.method]?.(data.params)
})

new ResizeObserver(() => {
  const { width, height } = document.documentElement.getBoundingClientRect()
  send({ method: 'ui/notifications/size-changed', params: { width: Math.ceil(width), height: Math.ceil(height) } })
}).observe(document.documentElement)

send({
  id: 'initialize',
  method: 'ui/initialize',
  params: {
    protocolVersion: '2026-01-26',
    appInfo: { name: 'souvenir-recall', version: '1.0.0' },
    appCapabilities: { availableDisplayModes: ['inline'] },
  },
})

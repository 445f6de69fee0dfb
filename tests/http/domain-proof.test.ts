import { describe, expect, test } from 'bun:test'
import { deploy } from '../support/deployment.ts'

const path = '/.well-known/openai-apps-challenge'

describe('ChatGPT: domain proof', () => {
  test('the configured token is answered as text and nothing else, without a token of ours', async () => {
    const deployment = await deploy({ OPENAI_APPS_CHALLENGE: 'proof-of-this-domain' })
    const response = await deployment.send(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toStartWith('text/plain')
    expect(await response.text()).toBe('proof-of-this-domain')
    expect(await (await deployment.send(path, { method: 'HEAD' })).text()).toBe('')
    await deployment.close()
  })

  test('without one it is 404 in JSON', async () => {
    const deployment = await deploy()
    const response = await deployment.send(path)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toContain('json')
    await deployment.close()
  })
})

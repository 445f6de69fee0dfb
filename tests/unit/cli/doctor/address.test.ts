import { expect, test } from 'bun:test'
import { createAsk } from '../../../../src/cli/doctor/ask.ts'
import { address } from '../../../../src/cli/doctor/checks/address.ts'
import { examine } from '../../../../src/cli/doctor/examine.ts'

const patient = {
  issuer: 'https://auth.souvenir.test',
  api: 'https://auth.souvenir.test',
  ask: createAsk(fetch),
  token: undefined,
  holdMs: undefined,
  now: () => 0,
  variables: undefined,
}

test('a resolver that does not answer is given up, and named as what is wrong', async () => {
  const [line] = await examine(patient, [address(() => new Promise(() => undefined), 20)])
  expect(line).toMatchObject({ outcome: 'fail', saw: 'auth.souvenir.test: no answer in time' })
  expect(line?.todo).toContain('resolver')
})

test('a name with addresses is shown with all of them, one without is told with why', async () => {
  const found = [{ address: '192.0.2.1' }, { address: '2001:db8::1' }]
  const [passed] = await examine(patient, [address(async () => found)])
  expect(passed).toMatchObject({ outcome: 'pass', saw: 'auth.souvenir.test is 192.0.2.1, 2001:db8::1' })
  const none = Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }))
  const [failed] = await examine(patient, [address(() => none)])
  expect(failed).toMatchObject({ outcome: 'fail', saw: expect.stringContaining('has no address (ENOTFOUND)') })
})

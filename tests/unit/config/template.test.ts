import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { envTemplate } from '../../../src/config/template.ts'

test('.env.template is what `souvenir env --template` prints', () => {
  expect(readFileSync(new URL('../../../.env.template', import.meta.url), 'utf8')).toBe(envTemplate())
})

import { envTemplate } from '../config/template.ts'
import { type Command, print, UsageError } from './command.ts'

export const env: Command = {
  name: 'env',
  usage: '--template',
  summary: 'Prints .env.template: every variable with its meaning and default.',
  async run(words) {
    if (words.length !== 1 || words[0] !== '--template') throw new UsageError('env takes --template.')
    print(envTemplate().trimEnd())
    return 0
  },
}

/** The server, which a signal makes throw where nobody catches it, as a driver might. */
import process from 'node:process'
import { serve } from '../../src/cli/serve.ts'

const broken = () =>
  Object.assign(new Error('invalid input: my private diary\n    at home (in:1:1)'), {
    code: '23505',
    detail: 'Key (word)=(my private diary) already exists.',
  })

process.on('SIGUSR2', () => {
  if (process.env.UNCAUGHT === 'again and again') setInterval(() => void Promise.reject(broken()), 1)
  else if (process.env.UNCAUGHT === 'rejection') void Promise.reject(broken())
  else
    setTimeout(() => {
      throw broken()
    })
})
process.exit(await serve.run([]))

import { type Check, fail, pass, warn } from '../check.ts'

const warnSeconds = 5
const failSeconds = 60

export const clock: Check = {
  name: 'clock',
  async run({ issuer, api, ask, now }) {
    return Promise.all(
      [...new Set([issuer, api])].map(async (one) => {
        const { headers } = await ask(`${one}/health`, { fresh: true })
        const date = Date.parse(headers.get('date') ?? '')
        if (Number.isNaN(date))
          return warn(`${one} sends no Date`, 'Compare the clocks by hand: date -u on both machines.')
        const skew = Math.round(Math.abs(now() - date) / 1000)
        if (skew >= failSeconds)
          return fail(`${one} is ${skew} s off`, 'Tokens expire by the clock: turn on NTP on both machines.')
        if (skew >= warnSeconds) return warn(`${one} is ${skew} s off`, 'Turn on NTP on both machines.')
        return pass(`${one} agrees with this machine to ${warnSeconds} s`)
      }),
    )
  },
}

import { type Check, fail, pass, runBesideServer, warn } from '../check.ts'

export const variables: Check = {
  name: 'variables',
  async run({ issuer, variables }) {
    if (variables === undefined) {
      return warn('those of this address are not known here', runBesideServer)
    }
    if (variables.problems.length > 0) {
      return variables.problems.map((problem) => fail(problem, 'Correct it in .env, and start the service again.'))
    }
    if (variables.issuer !== undefined && variables.issuer !== issuer) {
      return fail(`OIDC_BASE_URL is ${variables.issuer}, the address is ${issuer}`, 'Make them the same.')
    }
    return pass('they can be used')
  },
}

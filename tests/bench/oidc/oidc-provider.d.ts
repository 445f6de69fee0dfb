/** As much of npm's oidc-provider, which has no types of its own, as the bench starts. */
declare module 'oidc-provider' {
  export default class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    listen(port: number, host: string): unknown
  }
}

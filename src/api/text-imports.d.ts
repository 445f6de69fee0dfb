/** Imported as text: read by the runtime, carried inside the compiled binary. */
declare module 'swagger-ui-dist/oauth2-redirect.js' {
  const text: string
  export default text
}

/** Files carried as text inside the program. */
declare module 'htmx.org/dist/htmx.min.js' {
  const text: string
  export default text
}

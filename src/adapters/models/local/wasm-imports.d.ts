/** A path: `import(..., { with: { type: 'file' } })`. */
declare module '*.wasm' {
  const path: string
  export default path
}

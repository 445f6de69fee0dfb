/** ONNX Runtime as WebAssembly, in the thread that calls it. Its binary lies in the executable, or in the package. */
import { readFile } from 'node:fs/promises'

export type Runtime = typeof import('onnxruntime-web/wasm')
let opened: Promise<Runtime> | undefined

/** The runtime, made ready once: one thread, quiet, and nothing fetched. */
export const openRuntime = (): Promise<Runtime> => {
  opened ??= open()
  return opened
}

async function open(): Promise<Runtime> {
  // Deno gives a thread a location whose origin is the text "null", and the runtime makes an address of it.
  if (onDeno) Reflect.deleteProperty(globalThis, 'location')
  const [runtime, { buffer, byteOffset, byteLength }] = await Promise.all([
    import('onnxruntime-web/wasm'),
    wasmPath().then((path) => readFile(path)),
  ])
  runtime.env.wasm.wasmBinary = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
  runtime.env.wasm.numThreads = 1
  runtime.env.logLevel = 'error'
  return runtime
}

const onDeno = 'Deno' in globalThis

/** Bun puts a file that is imported as one into the executable; Deno knows no such import but finds the package's own file. */
async function wasmPath(): Promise<string | URL> {
  if (onDeno) return new URL(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))
  const file = await import('onnxruntime-web/ort-wasm-simd-threaded.wasm', { with: { type: 'file' } })
  return file.default
}

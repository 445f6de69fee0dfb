/** ONNX Runtime as WebAssembly, in the thread that calls it. Its binary lies in the executable, or in the package. */
import { readCarried } from '../../../shared/carried-file.ts'

export type Runtime = typeof import('onnxruntime-web/wasm')
let opened: Promise<Runtime> | undefined

/** The runtime, made ready once: one thread, quiet, and nothing fetched. */
export const openRuntime = (): Promise<Runtime> => {
  opened ??= open()
  return opened
}

async function open(): Promise<Runtime> {
  // Deno gives a thread a location whose origin is the text "null", and the runtime makes an address of it.
  if ('Deno' in globalThis) Reflect.deleteProperty(globalThis, 'location')
  const [runtime, { buffer, byteOffset, byteLength }] = await Promise.all([
    import('onnxruntime-web/wasm'),
    readCarried(
      'onnxruntime-web/ort-wasm-simd-threaded.wasm',
      () => import('onnxruntime-web/ort-wasm-simd-threaded.wasm', { with: { type: 'file' } }),
    ),
  ])
  runtime.env.wasm.wasmBinary = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
  runtime.env.wasm.numThreads = 1
  runtime.env.logLevel = 'error'
  return runtime
}

/** Serves a folder's files on this machine until it is ended, and prints its address: `files.ts DIR`. */
import { serveFiles } from '../support/file-server.ts'

const folder = process.argv[2] ?? '.'
console.log((await serveFiles(() => folder)).url.href)

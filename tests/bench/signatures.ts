/** What one RSA-2048 signature costs on this machine, in processor time: so a machine that is busy with other work says the same. */
import { generateKeyPairSync, sign } from 'node:crypto'

/** By OpenSSL's own measure, seconds of one core. */
export async function rsaSignSeconds(): Promise<number> {
  const child = Bun.spawn(['openssl', 'speed', '-seconds', '2', 'rsa2048'], { stdout: 'pipe', stderr: 'ignore' })
  const printed = await new Response(child.stdout).text()
  // rsa 2048 bits 0.000546s 0.000016s   1831.6  62218.5
  const seconds = Number(/rsa\s+2048 bits\s+([\d.]+)s/.exec(printed)?.[1])
  if (!(seconds > 0)) throw new Error(`openssl speed said: ${printed}`)
  return seconds
}

/** By the library that the product has, seconds of one core: Bun's BoringSSL, which is not built for each processor as OpenSSL is. */
export function bunSignSeconds(signatures = 500): number {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const message = Buffer.alloc(700, 'a')
  const before = process.cpuUsage()
  for (let at = 0; at < signatures; at++) sign('sha256', message, privateKey)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6 / signatures
}

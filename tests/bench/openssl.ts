/** What one RSA-2048 signature costs on this machine, by OpenSSL's own measure, seconds of one core. */
export async function rsaSignSeconds(): Promise<number> {
  const child = Bun.spawn(['openssl', 'speed', '-seconds', '2', 'rsa2048'], { stdout: 'pipe', stderr: 'ignore' })
  const printed = await new Response(child.stdout).text()
  // rsa 2048 bits 0.000546s 0.000016s   1831.6  62218.5
  const seconds = Number(/rsa\s+2048 bits\s+([\d.]+)s/.exec(printed)?.[1])
  if (!(seconds > 0)) throw new Error(`openssl speed said: ${printed}`)
  return seconds
}

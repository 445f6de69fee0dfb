/**
 * How much more processor time a work takes for four times the input, the lesser of two tries each: 4 when it grows with the
 * input, 16 when with its square. It does not say how fast the machine is, and other processes on it do not count.
 */
export async function growthOf(work: (size: number) => unknown, size: number): Promise<number> {
  const quarter = Math.ceil(size / 4)
  await work(quarter) // loads and compiles
  const small = await leastMs(() => work(quarter))
  const large = await leastMs(() => work(size))
  // Below a few milliseconds the clock says more about itself than about the work.
  return large / Math.max(small, 4)
}

async function leastMs(work: () => unknown): Promise<number> {
  const tries: number[] = []
  for (let each = 0; each < 2; each += 1) {
    const from = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(from)
    tries.push((user + system) / 1_000)
  }
  return Math.min(...tries)
}

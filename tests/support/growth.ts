/** Parts that a work is cut into; how much longer it may take whole: 1 is its length, 16 its square, and 4 is as far from either. */
const parts = 16
export const withTheLength = 4

/**
 * How much more processor time a work takes whole than in sixteen parts: 1 when it grows with its input, 16 when with its square. Both
 * are as much work where the answer is 1, and take turns; of each the least of three tries counts, so that what else the machine does
 * would have to hit all three. Where the first says at most 2, the others are spared: a square would have to look like an eighth of it.
 */
export async function growthOf(work: (size: number) => unknown, size: number): Promise<number> {
  const part = Math.ceil(size / parts)
  await work(part) // loads and compiles
  let [whole, inParts] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let tries = 0; tries < 3; tries++) {
    inParts = Math.min(inParts, await processorMs(() => repeat(parts, () => work(part))))
    whole = Math.min(whole, await processorMs(() => work(size)))
    if (whole <= 2 * inParts) break
  }
  // Below a few milliseconds the clock says more about itself than about the work.
  return whole / Math.max(inParts, 4)
}

async function repeat(times: number, work: () => unknown): Promise<void> {
  for (let n = 0; n < times; n++) await work()
}

async function processorMs(work: () => unknown): Promise<number> {
  const from = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1_000
}

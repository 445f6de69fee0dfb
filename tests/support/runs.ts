/** How often what costs seconds is repeated: `all` in CI, a part of it where a person waits. */
export const runs = (all: number): number => (process.env.CI === 'true' ? all : Math.ceil(all / 4))

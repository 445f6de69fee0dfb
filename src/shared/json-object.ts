/** Whether a parsed JSON value is an object (RFC 8259 section 4): neither `null` nor an array. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

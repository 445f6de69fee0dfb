/** What an export may hold at most when it is read. */
export interface ZipLimits {
  readonly uploadBytes: number
  /** Decompressed, of `memories.jsonl.gz`: a small zip can claim to hold very much. */
  readonly linesBytes: number
  /** Decompressed, of `memories.json` where it stands alone: it is read as a whole. */
  readonly documentBytes: number
  /** Values in it, each list, object, text or number: a memory has some twenty. */
  readonly documentValues: number
  /**
   * From here on all that is unpacked must not be more than DEFLATE makes of the upload once. An export of alike memories may be so
   * much; what is packed twice is up to a million times.
   */
  readonly trustedBytes: number
}

export const zipLimits: ZipLimits = {
  uploadBytes: 512 * 1024 * 1024,
  linesBytes: 8 * 1024 * 1024 * 1024,
  documentBytes: 64 * 1024 * 1024,
  documentValues: 4_000_000,
  trustedBytes: 4 * 1024 * 1024,
}

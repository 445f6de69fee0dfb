/** Names and ids without characters that are not seen. Pure. */

/** A name without control and format characters, line ends and direction marks, which could make it look like another; it may be empty. */
export const cleanName = (name: string): string => name.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim()

/** Whether a text has a control character or the end of a line (Unicode's categories Cc, Zl, Zp). */
export const hasControls = (text: string): boolean => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)

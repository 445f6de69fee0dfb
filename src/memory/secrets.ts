/**
 * Secrets are masked before a memory is written: what a memory tells many apps must not hold a key.
 * The patterns are the documented, prefixed formats of the issuers named beside them, which hardly match by chance,
 * private key blocks, passwords that are named as such, and card numbers that pass the Luhn check (ISO/IEC 7812-1 annex B).
 */

export interface Masked {
  readonly text: string
  /** What was masked, each kind once, such as `OpenAI key`. */
  readonly kinds: readonly string[]
}

interface SecretPattern {
  readonly kind: string
  readonly pattern: RegExp
  /** Refuses what looks alike; the whole match, or its group `secret`, is masked. */
  accept?(match: string): boolean
}

const patterns: readonly SecretPattern[] = [
  // RFC 7468 and OpenSSH key files; a block that was cut off is masked to its end.
  {
    kind: 'private key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  { kind: 'Anthropic key', pattern: /\bsk-ant-[A-Za-z0-9_-]{20,}/g },
  { kind: 'OpenAI key', pattern: /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}/g },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/g },
  { kind: 'GitLab token', pattern: /\bgl(?:pat|ptt|rt|dt|cbt|ft|soat)-[A-Za-z0-9_-]{20,}/g },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g },
  {
    kind: 'AWS secret key',
    pattern: /\baws_?secret_?(?:access_?)?key\b["']?\s*[:=]\s*["']?(?<secret>[A-Za-z0-9/+]{40})\b/gi,
  },
  { kind: 'Google key', pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { kind: 'Google OAuth secret', pattern: /\b(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,})/g },
  { kind: 'Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-\d-[A-Za-z0-9-]{20,}/g },
  { kind: 'Slack webhook', pattern: /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/_-]{20,}/g },
  { kind: 'Stripe key', pattern: /\b(?:sk|rk|whsec)_(?:(?:live|test)_)?[A-Za-z0-9]{20,}/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'PyPI token', pattern: /\bpypi-[A-Za-z0-9_-]{50,}/g },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,}/g },
  { kind: 'DigitalOcean token', pattern: /\bdo[opr]_v1_[a-f0-9]{64}\b/g },
  { kind: 'SendGrid key', pattern: /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g },
  { kind: 'Telegram bot token', pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g },
  { kind: 'age key', pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{58}\b/g },
  // Begun only where a run of such characters begins: from each `eyJ` in a run to its end would take time by its square.
  {
    kind: 'JSON Web Token',
    pattern: /(?<![\w-])[\w-]{13,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
    accept: (match) => /(?:^|-)eyJ[\w-]{10,}\./.test(match),
  },
  { kind: 'bearer token', pattern: /\bBearer\s+(?<secret>[A-Za-z0-9._~+/-]{20,}=*)/gi },
  // RFC 3986 section 3.2.1: the password of a URL. No scheme is longer; without a bound, `a-a-a-...` takes time by its square.
  { kind: 'password in a URL', pattern: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]+:(?<secret>[^\s/@]{3,})@/gi },
  {
    kind: 'password',
    pattern:
      /\b(?:password|passwort|passwd|pwd|passphrase|mot de passe|contraseña|api[ _-]?key|client[ _-]?secret|secret[ _-]?key|access[ _-]?token)\b["']?\s*(?:is|ist|es|est|[:=])\s*["'`]?(?<secret>[^\s"'`,;]{6,})/gi,
    accept: looksRandom,
  },
  { kind: 'card number', pattern: /(?<![\d.-])(?:\d[ -]?){12,18}\d(?![\d-])/g, accept: isCardNumber },
]

/** Replaces every secret with a mark that names its kind: `[masked: OpenAI key]`. */
export function maskSecrets(text: string): Masked {
  const kinds = new Set<string>()
  let masked = text
  for (const { kind, pattern, accept } of patterns) {
    masked = masked.replace(pattern, (whole: string, ...rest: unknown[]) => {
      const groups = rest.at(-1)
      const secret = typeof groups === 'object' && groups !== null && 'secret' in groups ? String(groups.secret) : whole
      if (secret.startsWith('[masked:') || (accept !== undefined && !accept(secret))) return whole
      kinds.add(kind)
      const at = whole.lastIndexOf(secret)
      return `${whole.slice(0, at)}[masked: ${kind}]${whole.slice(at + secret.length)}`
    })
  }
  return { text: masked, kinds: [...kinds] }
}

/**
 * The same for every text in JSON, wherever it is. What a member is called counts: a password under `password` is one. A text in
 * which something was masked is cut to `longest` characters: a mark may be longer than what it stands for.
 */
export function maskSecretsIn<T>(
  value: T,
  longest = Number.POSITIVE_INFINITY,
): { readonly value: T; readonly kinds: readonly string[] } {
  const kinds = new Set<string>()
  const masked = (text: string, name: string): string => {
    // Ids are digits alone too, and one in ten passes the check of a card's.
    if (/^\d+$/.test(text) && !/card/i.test(name)) return text
    const named = maskSecrets(`${name}: ${text}`)
    // A name that is itself a secret stays, as it is no text; its value is read alone.
    const begun = named.text.startsWith(`${name}: `)
    const found = begun ? { ...named, text: named.text.slice(name.length + 2) } : maskSecrets(text)
    for (const kind of found.kinds) kinds.add(kind)
    return found.kinds.length > 0 && found.text.length > longest
      ? found.text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')
      : found.text
  }
  const within = (part: unknown, name: string): unknown => {
    if (typeof part === 'string') return masked(part, name)
    if (Array.isArray(part)) return part.map((each) => within(each, name))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, within(each, key)]))
  }
  return { value: within(value, '') as T, kinds: [...kinds] }
}

/** A word after "password is" may be prose ("stored safely"); a password mixes letters with digits or signs. */
function looksRandom(candidate: string): boolean {
  // Without the lookbehind each mark of a long row would begin a search for the end.
  return /[\d!@#$%^&*_+=~?<>|-]/.test(candidate.replace(/(?<![.!?)])[.!?)]+$/, ''))
}

/** 13 to 19 digits of an issuer's range that pass Luhn's check. */
function isCardNumber(candidate: string): boolean {
  const digits = candidate.replace(/\D/g, '')
  if (!/^(?:3[04-9]|[4-6]|2[2-7]|62|81)/.test(digits) || /^(\d)\1+$/.test(digits)) return false
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

import { Secret } from '../shared/secret.ts'

/** An engine's URL with the password that was given apart from it; one that stands in the URL wins. */
export function withPassword(url: Secret | undefined, password: Secret | undefined): Secret | undefined {
  if (url === undefined || password === undefined) return url
  const whole = new URL(url.reveal())
  if (whole.password !== '') return url
  whole.password = encodeURIComponent(password.reveal())
  return new Secret(whole.href)
}

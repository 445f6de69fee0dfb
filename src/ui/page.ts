/** What a page for people is: one file in pages/ that shows itself and, where it has forms, takes what they send. */

import type { Api } from './api/api.ts'
import type { UiSettings } from './dependencies.ts'
import type { Session } from './session/sessions.ts'
import type { Site } from './site.ts'

export interface Visit {
  readonly request: Request
  readonly url: URL
  /** The path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly settings: UiSettings
  readonly site: Site
  /** Whether htmx asked, for a part of the page. */
  readonly partial: boolean
}

/** Somebody signed in, and their API. */
export interface SignedIn {
  readonly session: Session
  readonly api: Api
}

/** What a form sent, once it is known to be one of ours. */
export interface Sent {
  readonly fields: URLSearchParams
  /** Where the page takes one. */
  readonly file: File | undefined
}

export type PersonsVisit = Visit & SignedIn

/** A page of a signed-in person: a stranger is sent to sign in and comes back. */
export interface PersonsPage {
  readonly access: 'signed-in'
  show(visit: PersonsVisit): Promise<Response>
  submit?(visit: PersonsVisit, sent: Sent): Promise<Response>
  /** The largest file that its form may send, bytes. */
  readonly largestFile?: number
}

/** A page for anyone; `person` when somebody is signed in. */
export interface OpenPage {
  readonly access: 'anyone'
  show(visit: Visit & { readonly person: SignedIn | undefined }): Promise<Response>
}

export type UiPage = PersonsPage | OpenPage

import type { ClientId, FamilyId } from '../../shared/brand.ts'

/** Tokens of client_credentials come of no authorization: all of a client's are one family, by which removing it ends them. */
export const familyOfMachine = (id: ClientId): FamilyId => `client:${id}` as FamilyId

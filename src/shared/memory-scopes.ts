/** What a token may do with memories, beside the scopes of OpenID Connect. What whoever says nothing else asks for and is given. */
export const memoryScopes = ['memories:read', 'memories:write'] as const

/**
 * What a token needs to delete the whole account. Nobody is given it who did not register for it and ask for it by name: it is in no
 * default and in no `scopes_supported`, which clients copy.
 */
export const accountScope = 'account:delete'

export type ResourceScope = (typeof memoryScopes)[number] | typeof accountScope

/** What a token may do with memories, beside the scopes of OpenID Connect. What whoever says nothing else asks for and is given. */
export const memoryScopes = ['memories:read', 'memories:write'] as const

export type MemoryScope = (typeof memoryScopes)[number]

import metadata from '../../package.json' with { type: 'json' }

declare const SOUVENIR_COMMIT: string | undefined

/** The version in package.json. */
export const version: string = metadata.version

/** The commit a binary was built from; undefined when run from source. */
export const commit: string | undefined = typeof SOUVENIR_COMMIT === 'undefined' ? undefined : SOUVENIR_COMMIT

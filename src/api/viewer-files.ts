/** The viewer of the documentation, some 2 MB: nothing but a first request for it may load this module. */
import redirectScript from 'swagger-ui-dist/oauth2-redirect.js' with { type: 'text' }
import styles from 'swagger-ui-dist/swagger-ui.css' with { type: 'text' }
import script from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'text' }

export const viewerFiles = { script, styles, redirectScript }

/** How much a single run may delete: messages, or a share (0 to 1) of all that are known. */
export type DeletionLimit = { readonly messages: number } | { readonly share: number };

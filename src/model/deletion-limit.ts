/** How much may be deleted within a day: messages, or a share (0 to 1) of all that are known. */
export type DeletionLimit = { readonly messages: number } | { readonly share: number };

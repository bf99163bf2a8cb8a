/** Goes to another page of ours without leaving this one, so that passwords are still in its memory there. */
export type Visit = (path: string) => Promise<void>;

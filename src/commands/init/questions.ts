// Who is asked.

export interface Questions {
  /** Without blanks around it; `usual` where the answer is empty. @throws the signal's reason */
  ask(question: string, usual?: string): Promise<string>;
  /** The answer is not shown, and is taken as it is. @throws the signal's reason */
  askHidden(question: string): Promise<string>;
}

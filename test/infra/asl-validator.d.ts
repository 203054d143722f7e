declare module 'asl-validator' {
  /** Checks a state machine against the schema of the language, its paths and its transitions. Writes defaults into it. */
  export default function validate(
    definition: object,
    options?: { readonly checkPaths?: boolean; readonly checkArn?: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly unknown[] };
}

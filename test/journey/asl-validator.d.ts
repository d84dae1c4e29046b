declare module 'asl-validator' {
  interface Validation {
    isValid: boolean;
    errorsText: (separator: string) => string;
  }
  /** Writes into what it reads. */
  export default function validate(definition: unknown): Validation;
}

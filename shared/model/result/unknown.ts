/** Says why a field is `null`. */
export interface Unknown {
  readonly field: string;
  readonly reason: string;
}

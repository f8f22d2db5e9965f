/** An answer that is an error, in AWS's own code and words. The protocol decides how it looks on the wire. */
export class LabError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'LabError';
    this.code = code;
    this.status = status;
  }
}

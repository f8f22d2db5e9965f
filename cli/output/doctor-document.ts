/** One thing that `headroom doctor` looked at. */
export interface DoctorCheck {
  /** What was looked at: `credentials`, `permissions`, `destination`. */
  readonly check: string;
  /** Which one of them, such as an account and Region, or the name of a destination. */
  readonly subject: string;
  /** `unknown`: it could not be tried. */
  readonly status: 'ok' | 'failed' | 'unknown';
  /** What was seen, in one sentence. */
  readonly message: string;
  /** What to do about it; `null` where nothing is to be done. */
  readonly action: string | null;
}

/** What `headroom doctor --output json` prints. A contract: additive change only (`docs/schema/doctor.schema.json`). */
export interface DoctorDocument {
  readonly schema: 'headroom/doctor@1';
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly checks: readonly DoctorCheck[];
}

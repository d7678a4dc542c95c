/** `works`: as it should be. `limited`: drills run, but can show less. `missing`: no drill can run here. */
export interface Diagnosis {
  readonly name: string;
  readonly state: 'works' | 'limited' | 'missing';
  readonly detail: string;
  /** What to type, or what to ask for. */
  readonly mend?: readonly string[];
}

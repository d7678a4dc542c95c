import type { FindingEntry } from '../../people/finding-log/entry.ts';
import type { CarriedFinding, DrillRecord, Finding } from '../record.ts';

/** One finding on its way through the drills of a plan and the decisions of people, oldest first. */
export class Carrying {
  readonly #id: string;
  readonly #drills: string[] = [];
  readonly #scenarios = new Set<string>();
  #finding: Finding | undefined;
  #owner: string | null = null;
  #due: string | null = null;
  #risk: CarriedFinding['risk'] = null;
  #isFixed = false;
  #reopened = false;
  #closedBy: string | null = null;

  constructor(id: string) {
    this.#id = id;
  }

  occurs({ drill, scenario }: DrillRecord, finding: Finding): void {
    if (this.#closedBy !== null) this.#risk = null; // the risk that was accepted was an earlier one
    if (this.#closedBy !== null || this.#isFixed) this.#reopened = true;
    this.#closedBy = null;
    this.#isFixed = false;
    this.#finding = finding;
    this.#drills.push(drill.id);
    this.#scenarios.add(scenario.name);
  }

  /** In a drill that would have shown it. It is closed when no scenario is left in which it was seen last. */
  isAbsent({ drill, scenario }: DrillRecord): void {
    if (!this.#scenarios.delete(scenario.name) || this.#scenarios.size > 0) return;
    this.#closedBy = drill.id;
    this.#reopened = false;
  }

  decide(entry: FindingEntry): void {
    if (entry.what === 'fixed') this.#isFixed = this.#closedBy === null;
    else if (entry.what === 'risk-accepted') this.#risk = { by: entry.by, until: entry.until, why: entry.why };
    else {
      this.#owner = entry.owner;
      this.#due = entry.due;
    }
  }

  asOf(today: string): CarriedFinding {
    const state = this.#stateAt(today);
    const { severity = 'note', title = '', next = '' } = this.#finding ?? {};
    return {
      id: this.#id,
      severity,
      title,
      next,
      state,
      reopened: this.#reopened,
      owner: this.#owner,
      due: this.#due,
      overdue: this.#due !== null && this.#due < today && state !== 'closed' && state !== 'risk-accepted',
      risk: this.#risk,
      scenarios: [...this.#scenarios],
      drills: [...this.#drills],
      closedBy: this.#closedBy,
    };
  }

  #stateAt(today: string): CarriedFinding['state'] {
    if (this.#closedBy !== null) return 'closed';
    if (this.#risk !== null && today <= this.#risk.until) return 'risk-accepted';
    if (this.#isFixed) return 'fixed';
    return this.#owner === null ? 'open' : 'accepted';
  }
}

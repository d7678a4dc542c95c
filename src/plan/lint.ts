import { type LintHit, type LintRule, type LintView, type Severity, viewOf } from './lint/rule.ts';
import type { LintRuleId } from './lint/rule-ids.ts';
import { LINT_RULES, UNUSED_WAIVER } from './lint/rules.ts';
import type { GoodPlan } from './load.ts';
import { type PlanPath, printable, showPath } from './problem.ts';
import type { Plan } from './schema.ts';

/** Something about a readable plan that is unsafe (error), doubtful (warning) or not said (note). */
export interface LintFinding {
  readonly id: LintRuleId;
  readonly severity: Severity;
  readonly title: string;
  /** `procedures.go-back.steps.restore.from`: steps by their id, so that a waiver outlives a new step before it. */
  readonly at: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly instead: string;
  /** Page that explains the rule, in the documentation. */
  readonly help: string;
  readonly capsConfidence: boolean;
}

export interface WaivedFinding extends LintFinding {
  readonly why: string;
}

export interface LintReport {
  readonly findings: readonly LintFinding[];
  /** Accepted on purpose. Shown with their reason, and they neither stop a drill nor cap the confidence. */
  readonly waived: readonly WaivedFinding[];
  /** Why this plan cannot become PROVEN as it stands; empty if nothing is in the way. */
  readonly caps: readonly string[];
}

const ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

export function lintPlan(loaded: GoodPlan): LintReport {
  const view = viewOf(loaded.plan);
  const all = LINT_RULES.flatMap((rule) => findingsOf(rule, view, loaded));
  const { waivers } = loaded.plan;
  const waived: WaivedFinding[] = [];
  const findings: LintFinding[] = [];
  const used = new Set<number>();
  for (const finding of all) {
    const index = waivers.findIndex((waiver) => covers(waiver, finding));
    const waiver = waivers[index];
    if (waiver === undefined) findings.push(finding);
    else waived.push({ ...finding, why: waiver.why });
    used.add(index);
  }
  findings.push(...waivers.flatMap((_, index) => (used.has(index) ? [] : [unusedWaiver(loaded, index)])));
  const sorted = findings.sort(
    (a, b) =>
      ORDER[a.severity] - ORDER[b.severity] || a.line - b.line || a.column - b.column || a.id.localeCompare(b.id),
  );
  return {
    findings: sorted,
    waived,
    caps: sorted.filter((finding) => finding.capsConfidence).map((finding) => `${finding.id}: ${finding.message}`),
  };
}

function findingsOf(rule: LintRule, view: LintView, loaded: GoodPlan): readonly LintFinding[] {
  return [...rule.find(view)].map((hit) => placed(rule, hit, loaded));
}

function placed(rule: Omit<LintRule, 'find'>, hit: LintHit, { plan, positions, file }: GoodPlan): LintFinding {
  const { line, column } = positions.of(hit.path, hit.on);
  const { id, severity, title, capsConfidence } = rule;
  const { message, instead } = hit;
  return {
    id,
    severity,
    title,
    at: stablePath(plan, hit.path),
    file,
    line,
    column,
    message,
    instead,
    help: `docs/lint/${id}.md`,
    capsConfidence,
  };
}

/** With the ids of steps instead of their numbers. */
function stablePath(plan: Plan, path: PlanPath): string {
  const [top, procedure, part, index, ...rest] = path;
  if (top !== 'procedures' || part !== 'steps' || typeof index !== 'number') return showPath(path);
  const id = plan.procedures[String(procedure)]?.steps[index]?.id;
  return id === undefined ? showPath(path) : showPath([top, procedure ?? '', part, id, ...rest]);
}

/** A waiver without a place covers the rule everywhere; with one, that place and what is inside it. */
function covers(waiver: Plan['waivers'][number], finding: LintFinding): boolean {
  if (waiver.rule !== finding.id) return false;
  if (waiver.at === undefined || waiver.at === finding.at) return true;
  return finding.at.startsWith(`${waiver.at}.`) || finding.at.startsWith(`${waiver.at}[`);
}

function unusedWaiver(loaded: GoodPlan, index: number): LintFinding {
  const waiver = loaded.plan.waivers[index];
  const where = waiver?.at === undefined ? '' : ` at \`${waiver.at}\``;
  const hit: LintHit = {
    path: ['waivers', index],
    message: `the waiver of ${waiver?.rule ?? 'a rule'}${where} waives nothing`,
    instead: 'remove it, so that it does not hide the next finding',
  };
  return placed(UNUSED_WAIVER, hit, loaded);
}

/** For the terminal: every finding with its place, then what was waived. */
export function formatLint({ findings, waived }: LintReport): string {
  const lines = findings.map(
    ({ file, line, column, id, severity, message, instead, help }) =>
      `${file}:${line}:${column}  ${severity} ${id}  ${message}\n    → ${instead} (${help})`,
  );
  const accepted = waived.map(({ id, at, why }) => `  waived ${id} at ${at === '' ? 'the plan' : at}: ${why}`);
  return [...lines, ...accepted]
    .flatMap((line) => line.split('\n'))
    .map(printable)
    .join('\n');
}

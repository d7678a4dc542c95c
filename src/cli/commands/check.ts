import { EXIT } from '../../kernel/errors.ts';
import { lintPlan } from '../../plan/lint.ts';
import { formatProblems } from '../../plan/problem.ts';
import { readPlan } from '../plan-file.ts';

/** Exit 0 for a plan without errors, 2 otherwise. Warnings and notes are shown, and cap the confidence. */
export async function check(args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<number> {
  const loaded = await readPlan(args[0]);
  if (options['json'] === true) return checkAsJson(loaded);
  if (!loaded.ok) {
    process.stderr.write(`${formatProblems(loaded.problems)}\n\n${loaded.problems.length} mistakes\n`);
    return EXIT.badPlanOrUsage;
  }
  const report = lintPlan(loaded);
  for (const finding of report.findings) {
    process.stdout.write(
      `${finding.file}:${finding.line}:${finding.column}  ${finding.severity} ${finding.id}  ${finding.message}\n    → ${finding.instead}  (${finding.help})\n`,
    );
  }
  for (const waived of report.waived)
    process.stdout.write(
      `${waived.file}:${waived.line}  waived ${waived.id}  ${waived.message}\n    because ${waived.why}\n`,
    );
  const errors = report.findings.filter((finding) => finding.severity === 'error').length;
  const { plan } = loaded;
  process.stdout.write(
    `plan ${plan.name}: ${Object.keys(plan.scenarios).length} scenarios, ${Object.keys(plan.procedures).length} procedures, ${report.findings.length} findings, ${errors} errors\n${loaded.digest}\n`,
  );
  return errors > 0 ? EXIT.badPlanOrUsage : EXIT.ok;
}

function checkAsJson(loaded: Awaited<ReturnType<typeof readPlan>>): number {
  if (!loaded.ok) {
    for (const problem of loaded.problems) process.stdout.write(`${JSON.stringify({ kind: 'problem', ...problem })}\n`);
    return EXIT.badPlanOrUsage;
  }
  const report = lintPlan(loaded);
  for (const finding of report.findings) process.stdout.write(`${JSON.stringify({ kind: 'finding', ...finding })}\n`);
  process.stdout.write(
    `${JSON.stringify({ kind: 'plan', name: loaded.plan.name, digest: loaded.digest, caps: report.caps })}\n`,
  );
  return report.findings.some((finding) => finding.severity === 'error') ? EXIT.badPlanOrUsage : EXIT.ok;
}

/**
 * node generate.mjs --database URL --docs DIR [--scale 1] [--users 40] [--seed 7] [--next-run ISO]
 *
 * Fills an empty database with schema 10 and an empty folder with documents. The same scale and seed give the same
 * rows and bytes on every PostgreSQL from 14 on.
 */
import { runGenerator } from '../crm-app/generate.mjs';

await runGenerator();

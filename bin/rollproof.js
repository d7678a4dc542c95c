#!/usr/bin/env node
// Plain JavaScript for Node 18 and newer; finds a Node that can run the engine.
import { launch } from './launch.js';

const code = await launch();
if (code !== undefined) process.exit(code);

// Lint rules of this house that oxlint does not have. Messages say what to do instead.

const INSTEAD = {
  'Date.now': 'take a Clock: domain code never reads the machine’s clock',
  'Math.random': 'take a Random: the same seed must give the same drill',
  'performance.now': 'take a Clock: domain code never reads the machine’s clock',
  'process.env': 'read the environment in cli/ and hand the value in',
};
const AMBIENT_GLOBALS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'console']);
const VAGUE_NAMES = new Set(['utils', 'util', 'helpers', 'helper', 'manager', 'types', 'common', 'misc']);

const nameOf = (node) => (node.computed ? node.property.value : node.property.name);

/** Time, randomness, environment and output reach the domain only through ports. */
const noAmbient = {
  create(context) {
    return {
      NewExpression(node) {
        if (node.callee.name !== 'Date' || node.arguments.length > 0) return;
        context.report({ node, message: 'new Date(): take a Clock: domain code never reads the machine’s clock' });
      },
      MemberExpression(node) {
        const path = `${node.object.name}.${nameOf(node)}`;
        if (Object.hasOwn(INSTEAD, path)) context.report({ node, message: `${path}: ${INSTEAD[path]}` });
        if (node.object.name === 'globalThis' && AMBIENT_GLOBALS.has(nameOf(node))) {
          context.report({ node, message: `${path}: take the port that offers it` });
        }
      },
      CallExpression(node) {
        if (!AMBIENT_GLOBALS.has(node.callee.name)) return;
        context.report({ node, message: `${node.callee.name}: take a Clock or the port that offers it` });
      },
    };
  },
};

const noExportAll = {
  create(context) {
    return {
      ExportAllDeclaration(node) {
        context.report({ node, message: 'export *: name what is exported, so that a reader finds it' });
      },
    };
  },
};

const fileName = {
  create(context) {
    return {
      Program(node) {
        const name = context.filename.replace(/^.*\//, '').replace(/(\.test)?\.[cm]?[jt]s$/, '');
        if (VAGUE_NAMES.has(name))
          context.report({ node, message: `file name "${name}" says nothing: name what it holds` });
      },
    };
  },
};

const reasonedDisable = {
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          if (!/^\s*(ox|es)lint-disable|^\s*@ts-(expect-error|ignore)/.test(comment.value)) continue;
          if (/ -- \S/.test(comment.value)) continue;
          context.report({ node: comment, message: 'a rule is switched off without a reason: add " -- because …"' });
        }
      },
    };
  },
};

export default {
  meta: { name: 'house' },
  rules: {
    'no-ambient': noAmbient,
    'no-export-all': noExportAll,
    'file-name': fileName,
    'reasoned-disable': reasonedDisable,
  },
};

// peer_ajv.js DIR SECONDS MODULES -- ajv of the node_modules folder MODULES on the workloads of
// DIR: the lines of tests/bench/schema.c (NAME, ns valid, ns invalid, us per compilation).  With
// --version, only that.
//
// A compilation is that of a schema it has not seen, in an instance that has compiled the
// metaschema already: what a service pays for one more schema.  A new instance each time costs
// more.
'use strict';
const fs = require('fs');
const path = require('path');

const [dir, seconds, modules] = process.argv.slice(2);
const load = (name) => require(path.resolve(modules, name));
const ROUND_NS = 1e6, WARM_NS = 2e9;

if (dir === '--version') {
	console.log(`ajv ${load('ajv/package.json').version}, node ${process.versions.node}`);
	process.exit(0);
}

const Ajv = load('ajv').default || load('ajv');
const options = /^[1-7]\./.test(load('ajv/package.json').version) ? {} : { strict: false };
const ns = () => Number(process.hrtime.bigint());
const read = (name, part) => JSON.parse(fs.readFileSync(path.join(dir, `${name}.${part}.json`)));

// The best of the rounds that fit, in ns for one.  Each workload has a loop of its own, so that V8
// sees one callee in it, and time before it to be compiled to its last tier: large functions take a
// second.
function best(validate, instance, fits) {
	const loop = new Function('validate', 'x', 'n',
		'let c = 0; for (let i = 0; i < n; i++) if (validate(x)) c++; return c;');
	const warm = ns() + WARM_NS, end = warm + seconds * 1e9;
	let found = Infinity, n = 1;
	for (let round = 0; round < 5 || ns() < end; round++) {
		const from = ns();
		if (loop(validate, instance, n) !== (fits ? n : 0))
			throw new Error('wrong verdict');
		const took = (ns() - from) / n;
		if (from > warm && took < found)
			found = took;
		n = Math.floor(ROUND_NS / Math.max(took, 1)) + 1;
	}
	return found;
}

function bestCompile(ajv, schema) {
	const end = ns() + seconds * 1e9;
	let found = Infinity;
	for (let round = 0; round < 5 || ns() < end; round++) {
		const copy = structuredClone(schema), from = ns();
		ajv.compile(copy);
		found = Math.min(found, ns() - from);
	}
	return found;
}

for (const name of ['refund', 'review_decision', 'sixty_fields']) {
	const schema = read(name, 'schema'), valid = read(name, 'valid'), invalid = read(name, 'invalid');
	const ajv = new Ajv(options), validate = ajv.compile(schema);
	console.log(name, best(validate, valid, true).toFixed(1), best(validate, invalid, false).toFixed(1),
		(bestCompile(ajv, schema) / 1e3).toFixed(1));
}

// node check.mjs ANSWERS NAME=FILE...: hold every answer that the tests of tests/api got against the
// OpenAPI documents. Each must have a documented status and no member that its schema does not name;
// each request that was accepted must keep the limits of its schema; and each documented status of
// each operation must have been seen. Prints TAP.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { unseen } from "./unseen.mjs";

const [folder, ...words] = process.argv.slice(2);
const methods = ["get", "post", "put", "patch", "delete"];
const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false });
addFormats.default(ajv);
// The server's own rules are wider than the RFCs' ASCII.
ajv.addFormat("email", /^[^\s@]+@[^\s@]+$/);
ajv.addFormat("uri", /^https?:\/\/\S+$/);
ajv.addFormat("password", true);
ajv.addFormat("name", true);

// A schema with its references put in; exact: an object has no member that is not named.
function resolve(root, schema, exact) {
    if (Array.isArray(schema)) return schema.map((item) => resolve(root, item, exact));
    if (schema === null || typeof schema !== "object") return schema;
    if (schema.$ref)
        return resolve(root, schema.$ref.slice(2).split("/").reduce((at, key) => at[key], root), exact);
    const copy = {};
    for (const [key, value] of Object.entries(schema))
        if (key === "properties")
            copy[key] = Object.fromEntries(
                Object.entries(value).map(([name, item]) => [name, resolve(root, item, exact)]),
            );
        else if (key !== "example" && key !== "examples" && key !== "const" && key !== "enum")
            copy[key] = resolve(root, value, exact);
        else copy[key] = value;
    if (exact && copy.properties && copy.additionalProperties === undefined)
        copy.additionalProperties = false;
    return copy;
}

function reference(root, object) {
    return object.$ref ? object.$ref.slice(2).split("/").reduce((at, key) => at[key], root) : object;
}

function compile(root, media, exact) {
    return media?.schema ? ajv.compile(resolve(root, media.schema, exact)) : undefined;
}

// What a document says of one operation: a check for each status, and which were seen.
function operation(root, id, described) {
    const replies = {};
    for (const [status, word] of Object.entries(described.responses)) {
        const reply = reference(root, word);
        replies[status] = {
            types: Object.keys(reply.content ?? {}),
            check: compile(root, reply.content?.["application/json"], true),
            seen: 0,
        };
    }
    const request = compile(root, described.requestBody?.content?.["application/json"], false);
    return { id, replies, request };
}

const operations = new Map();
for (const word of words) {
    const [dialect, file] = word.split("=");
    const root = JSON.parse(readFileSync(file, "utf8"));
    for (const [path, item] of Object.entries(root.paths))
        for (const method of methods.filter((name) => item[name])) {
            const id = `${dialect} ${method.toUpperCase()} ${path}`;
            operations.set(id, operation(root, id, item[method]));
        }
    operations.set(dialect, { error: compile(root, { schema: root.components.schemas.Error }, true) });
}

const problems = new Map();
function problem(text, sample) {
    const found = problems.get(text) ?? { count: 0, sample };
    found.count++;
    problems.set(text, found);
}

function complain(where, check, value) {
    if (check(value)) return;
    for (const error of check.errors) {
        const what = error.params.additionalProperty ?? error.params.missingProperty ?? "";
        const at = error.instancePath.replace(/\/\d+(?=\/|$)/g, "/*");
        problem(`${where} ${at || "/"}: ${error.message} ${what}`, value);
    }
}

// An answer to what is no operation: only its envelope is known.
function checkStray(answer) {
    if (answer.status < 400) problem(`${answer.dialect} ${answer.method}: ${answer.status} without a route`);
    else complain(`${answer.dialect} ${answer.status}`, operations.get(answer.dialect).error, answer.body);
}

// What a client may leave out may also come as an empty text.
function given(value) {
    if (Array.isArray(value)) return value.map(given);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
        Object.entries(value).filter(([, item]) => item !== "").map(([key, item]) => [key, given(item)]),
    );
}

// A signed body is taken whatever it says: what can't be read is kept, and looked up.
const signed = /^\/v1\/webhooks\/|\/paystack\/webhook$|\/easypay\/settlement$/;

function checkAnswer(answer) {
    if (answer.method === "OPTIONS" && answer.status === 204) return; // a preflight is no operation
    if (!answer.route) return checkStray(answer);
    const path = answer.route.replace(/:\w+\}/g, "}");
    const found = operations.get(`${answer.dialect} ${answer.method} ${path}`);
    if (!found) return problem(`${answer.dialect} ${answer.method} ${path}: not documented`);
    const reply = found.replies[answer.status];
    const where = `${found.id} ${answer.status}`;
    if (!reply) return problem(`${where}: not documented`, answer.body);
    reply.seen++;
    if (answer.type) {
        if (!reply.types.includes(answer.type.split(";")[0])) problem(`${where}: ${answer.type}`);
    } else if (reply.check && answer.body === undefined) {
        problem(`${where}: no body`);
    } else if (answer.body !== undefined) {
        if (reply.check) complain(where, reply.check, answer.body);
        else problem(`${where}: a body`, answer.body);
    }
    if (answer.status < 400 && found.request && answer.request !== undefined && !signed.test(path))
        complain(`${where} request`, found.request, given(answer.request));
}

let answers = 0;
for (const name of readdirSync(folder).filter((file) => file.endsWith(".jsonl")))
    for (const line of readFileSync(join(folder, name), "utf8").split("\n"))
        if (line) {
            checkAnswer(JSON.parse(line));
            answers++;
        }

const missing = [];
let documented = 0;
for (const { id, replies } of operations.values())
    for (const [status, reply] of Object.entries(replies ?? {})) {
        documented++;
        if (reply.seen === 0 && !unseen(id, status)) missing.push(`${id} ${status}`);
    }

console.log("1..2");
for (const [text, { count, sample }] of [...problems].sort())
    console.log(`# ${count} x ${text}\n#     ${JSON.stringify(sample)?.slice(0, 300)}`);
console.log(`${problems.size ? "not ok" : "ok"} 1 - ${answers} answers are as documented`);
for (const text of missing) console.log(`# never seen: ${text}`);
console.log(`${missing.length ? "not ok" : "ok"} 2 - ${documented} documented answers were seen`);
process.exit(problems.size || missing.length ? 1 : 0);

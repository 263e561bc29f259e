// node lint.mjs NAME=FILE...: lint OpenAPI documents by the recommended rules and our own. Prints TAP.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({
    extends: ["recommended-strict"],
    rules: {
        "no-server-example.com": "off", // the address is what the installation says
        "info-license": "off", // no licence has been chosen
        "info-license-strict": "off",
        "no-ambiguous-paths": "off", // the id of a voucher is a number, and "code" is none
        "operation-4xx-response": "off", // what takes no input can't be asked wrongly
        "operation-tag-defined": "error",
        "no-unresolved-refs": "error",
        "no-invalid-schema-examples": "error",
        "path-parameters-defined": "error",
    },
});
const documents = process.argv.slice(2).map((word) => word.split("="));
let failed = 0;

console.log(`1..${documents.length}`);
for (const [index, [name, file]] of documents.entries()) {
    const problems = await lint({ ref: file, config });

    for (const problem of problems)
        console.log(`# ${problem.ruleId} ${problem.location[0]?.pointer}: ${problem.message}`);
    failed += problems.length;
    console.log(`${problems.length ? "not ok" : "ok"} ${index + 1} - ${name}`);
}
process.exit(failed ? 1 : 0);

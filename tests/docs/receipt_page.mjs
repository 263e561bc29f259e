// Checks a receipt by the code of the page /receipt/: receipt_page.mjs FOLDER FILE|LINK KEY
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const [folder, source, key] = process.argv.slice(2);
const file = (name) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(name));

globalThis.crypto ??= webcrypto;
if (process.env.WITHOUT_ED25519)
    crypto.subtle.importKey = () => Promise.reject(new DOMException("unknown algorithm", "NotSupportedError"));
runInThisContext(file(`${folder}/check.js`));
try {
    const text = source.includes("#") ? await receipts.ofLink(source.split("#")[1]) : file(source);
    const { receipt } = await receipts.check(text, key);
    console.log(JSON.stringify([receipt.transaction, receipt.openings]));
    console.log("valid");
} catch (error) {
    console.error(error instanceof receipts.NotChecked ? `not checked: ${error.message}` : `not valid: ${error.message}`);
    process.exit(1);
}

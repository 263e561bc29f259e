// Checks receipts as docs/receipts.md defines them, with Web Crypto and without any request. What differs
// is an Error with the reason. As strict as `cowry receipt check`.
"use strict";

const RECEIPT_SIZE_MAX = 4 << 20;
const NOTE_SIZE_MAX = 65536;
const SIGNATURES_MAX = 64;
const HASH_SIZE = 32;
const SIGNATURE_SIZE = 64;
const KEY_ID_SIZE = 4;
const ED25519 = 1; // the type in verifier keys

// What this browser can't do, unlike what is wrong with the receipt.
class NotChecked extends Error {}

function need(good, reason) {
    if (!good) throw new Error(reason);
}

// Bytes and hashes.

const utf8 = (text) => new TextEncoder().encode(text);

function concat(...parts) {
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));

    parts.reduce((at, part) => {
        bytes.set(part, at);
        return at + part.length;
    }, 0);
    return bytes;
}

const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => hex(a) === hex(b);

function fromHex(text, reason) {
    need(/^(?:[0-9a-f]{2})*$/.test(text), reason);
    return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

// Base64 in its only canonical form, with padding.
function fromBase64(text, reason) {
    need(/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0, reason);
    const binary = atob(text);
    need(btoa(binary) === text, reason);
    return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

// JSON.

// JSON.parse takes the last of repeated members, and 8.0 for 8: a receipt has neither.
function parse(text) {
    let value;

    try {
        value = JSON.parse(text);
    } catch (error) {
        throw new Error(`it is not JSON: ${error.message}`);
    }
    const open = [];
    const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:]|[^\s{}[\],:"]+/g);
    tokens.forEach((token, i) => {
        if (token === "{") open.push(new Set());
        else if (token === "[") open.push(null);
        else if (token === "}" || token === "]") open.pop();
        else if (token[0] === '"') readString(JSON.parse(token), tokens[i + 1] === ":" && open.at(-1));
        else if (/^[-0-9]/.test(token)) need(/^(?:0|[1-9][0-9]*)$/.test(token), `${token} is not an integer`);
    });
    return value;
}

// A string, or a name of the open object.
function readString(text, names) {
    need(!/[\0\p{Surrogate}]/u.test(text), "a string has invalid characters");
    if (!names) return;
    need(!names.has(text), `the member ${text} is repeated`);
    names.add(text);
}

// The values of an object that has these members and no others.
function members(value, names) {
    const list = names.split(" ");

    need(value !== null && typeof value === "object" && !Array.isArray(value) &&
        Object.keys(value).sort().join() === [...list].sort().join(), `the object of ${list[0]} has other members`);
    return list.map((name) => value[name]);
}

function lines(value, name) {
    need(typeof value === "string", `${name} is not a string`);
    return value;
}

function text(value, name) {
    need(!/\p{Cc}/u.test(lines(value, name)), `${name} has control characters`);
    return value;
}

function id(value, name) {
    need(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value) && /[1-9a-f]/.test(value), `${name} is not an id`);
    return value;
}

const idOrDash = (value, name) => (value === null ? "-" : id(value, name));

function number(value, name) {
    need(Number.isSafeInteger(value), `${name} is not an integer`);
    return value;
}

function list(value, name) {
    need(Array.isArray(value), `${name} is not a list`);
    return value;
}

// The leaf.

// The lines that the transaction makes, and what the commitments behind each open.
function linesOf(transaction) {
    const [mode, project, own, type, time, reverses, postings] = members(
        transaction, "mode projectId id type time reverses postings");
    const head = ["cowry-transaction/1", `mode ${text(mode, "mode")}`, `project ${idOrDash(project, "projectId")}`,
        `id ${id(own, "id")}`, `type ${text(type, "type")}`, `time ${text(time, "time")}`,
        `reverses ${idOrDash(reverses, "reverses")}`];

    return [
        ...head.map((line) => ({ line, names: [] })),
        { line: "reference", names: ["reference"] },
        { line: "metadata", names: ["metadata"] },
        ...list(postings, "postings").map((posting, i) => {
            const [from, to, amount, currency] = members(posting, "fromAccountId toAccountId minorUnits currency");
            return {
                line: `posting ${i} ${id(from, "fromAccountId")} ${id(to, "toAccountId")} ` +
                    `${text(amount, "minorUnits")} ${text(currency, "currency")}`,
                names: [`from ${i}`, `to ${i}`],
            };
        }),
    ];
}

// The commitments of the leaf by name; all else in it is the transaction's.
function commitmentsOf(leaf, transaction) {
    const expected = linesOf(transaction);
    const found = lines(leaf, "leaf").split("\n");
    const commitments = new Map();

    expected.forEach(({ line, names }, i) => {
        const rest = (found[i] || "").slice(line.length).split(" ").slice(1);

        need(found[i] === [line, ...rest].join(" ") && rest.length === names.length &&
            rest.every((digits) => /^[0-9a-f]{64}$/.test(digits)), `line ${i + 1} of leaf is not "${line}"`);
        names.forEach((name, n) => commitments.set(name, rest[n]));
    });
    need(found.length === expected.length + 1 && found.at(-1) === "", "leaf has more lines than the transaction");
    return commitments;
}

async function checkOpening(opening, commitments) {
    const [name, salt, value] = members(opening, "name salt value");

    need(commitments.has(text(name, "name")), "openings has a name that the leaf has no commitment of");
    need(text(salt, "salt").length === 2 * HASH_SIZE, "openings has a salt that is not 64 hexadecimal digits");
    const salted = await sha256(fromHex(salt, "openings has a salt that is not 64 hexadecimal digits"),
        utf8(text(value, "value")));
    need(hex(salted) === commitments.get(name), `the opening of ${name} does not match its commitment in leaf`);
}

// The checkpoint, a signed note.

const isName = (name) => name !== "" && !/[+\s\u0085\x00-\x20\x7f]/u.test(name);

// A verifier key: <name>+<key id>+base64(1, public key).
async function readKey(line) {
    const [, name, keyId, encoded] = /^([^+]*)\+([^+]*)\+(.*)$/.exec(line) || [];
    const reason = `${line} is not a verifier key`;

    need(encoded !== undefined && isName(name), reason);
    const typed = fromBase64(encoded, reason);
    need(typed.length === 1 + HASH_SIZE && typed[0] === ED25519, reason);
    const digest = await sha256(utf8(`${name}\n`), typed);
    need(hex(digest.subarray(0, KEY_ID_SIZE)) === keyId, reason);
    return { name, id: keyId, bytes: typed.subarray(1), line };
}

// The text that is signed, and the signatures as {name, id, bytes}.
function openNote(note) {
    const end = note.lastIndexOf("\n\n") + 1;
    const reason = "checkpoint: it is not a signed note";

    need(end > 0 && utf8(note).length <= NOTE_SIZE_MAX && note.endsWith("\n") && !/[\x00-\x09\x0b-\x1f]/.test(note),
        reason);
    const found = note.slice(end + 1).split("\n").slice(0, -1);
    need(found.length <= SIGNATURES_MAX, "checkpoint: there are too many signatures");
    return [note.slice(0, end), found.map((line) => {
        const [, name, encoded] = /^— ([^ ]*) (.*)$/.exec(line) || [];
        const malformed = "checkpoint: a signature line is malformed";

        need(encoded !== undefined && isName(name), malformed);
        const bytes = fromBase64(encoded, malformed);
        need(bytes.length > KEY_ID_SIZE, malformed);
        return { name, id: hex(bytes.subarray(0, KEY_ID_SIZE)), bytes: bytes.subarray(KEY_ID_SIZE) };
    })];
}

// Origin, size and root; further lines may follow, but no empty ones.
function readCheckpoint(signedText) {
    const found = signedText.split("\n").slice(0, -1);
    const reason = "checkpoint: it is not a checkpoint";

    need(found.length >= 3 && found.every((line) => line !== "") && /^(?:0|[1-9][0-9]*)$/.test(found[1]), reason);
    const root = fromBase64(found[2], reason);
    need(root.length === HASH_SIZE, reason);
    return { origin: found[0], size: number(Number(found[1]), "size"), root };
}

async function importKey(key) {
    try {
        return await crypto.subtle.importKey("raw", key.bytes, "Ed25519", false, ["verify"]);
    } catch (error) {
        throw error.name === "DataError" ? new Error(`${key.line} is not a verifier key`)
            : new NotChecked("This browser can't check Ed25519 signatures");
    }
}

// Whether all signatures that name the key are its own, and there is one.
async function hasSigned(key, signedText, signatures) {
    const own = signatures.filter(({ name, id: keyId }) => name === key.name && keyId === key.id);
    const imported = own.length > 0 && await importKey(key);
    let valid = own.length > 0;

    for (const { bytes } of own)
        valid = valid && bytes.length === SIGNATURE_SIZE &&
            await crypto.subtle.verify("Ed25519", imported, bytes, utf8(signedText));
    need(valid || own.length === 0, "checkpoint: a signature is not valid");
    return valid;
}

// The key of the checkpoint's origin that has signed it.
async function signerOf(signedText, signatures, origin, keys) {
    let reason = new Error("checkpoint: no known key has signed it");

    for (const key of keys.filter(({ name }) => name === origin)) {
        try {
            if (await hasSigned(key, signedText, signatures)) return key;
        } catch (error) {
            reason = error;
        }
    }
    throw reason;
}

// The tree.

// The root that a leaf and the inclusion proof of RFC 9162, section 2.1.3.2, lead to.
async function rootOf(leaf, index, size, path) {
    let [node, last, hash] = [index, size - 1, await sha256([0], utf8(leaf))];
    const rise = () => {
        node = Math.floor(node / 2);
        last = Math.floor(last / 2);
    };

    for (const sibling of path) {
        need(last > 0, "path has too many hashes");
        if (node % 2 === 1 || node === last) {
            hash = await sha256([1], sibling, hash);
            while (node % 2 === 0 && node > 0) rise();
        } else {
            hash = await sha256([1], hash, sibling);
        }
        rise();
    }
    need(last === 0, "path has too few hashes");
    return hash;
}

async function checkTree(receipt, checkpoint) {
    const { leaf, index, size, path, origin } = receipt;
    const hashes = list(path, "path").map((hash, i) => {
        const bytes = fromBase64(lines(hash, "path"), `path[${i}] is not a hash`);

        need(bytes.length === HASH_SIZE, `path[${i}] is not a hash`);
        return bytes;
    });

    need(text(origin, "origin") === checkpoint.origin, "origin is not that of the checkpoint");
    need(number(size, "size") === checkpoint.size, "size is not that of the checkpoint");
    need(number(index, "index") >= 0 && index < size, "index is not in the tree");
    need(same(await rootOf(leaf, index, size, hashes), checkpoint.root),
        "leaf, index and path do not lead to the root of the checkpoint");
}

// The receipt, as JSON, and the key that has signed it: one of those of a text with one a line. An Error
// if it is not valid; a NotChecked if this browser can't tell.
async function checkReceipt(json, keyLines) {
    if (!globalThis.crypto || !crypto.subtle)
        throw new NotChecked("This browser checks receipts on pages that were opened by HTTPS only");
    const keys = await Promise.all(keyLines.split("\n").map((line) => line.trim()).filter(Boolean).map(readKey));
    need(keys.length > 0, "there is no verifier key");
    need(json.length <= RECEIPT_SIZE_MAX, "it is too large");
    const receipt = parse(json);
    const [format, transaction, leaf, openings, , , , , checkpoint] = members(
        receipt, "format transaction leaf openings index size path origin checkpoint");

    need(format === "cowry-receipt/1", "format is not cowry-receipt/1");
    const commitments = commitmentsOf(leaf, transaction);
    for (const opening of list(openings, "openings")) await checkOpening(opening, commitments);
    const [signedText, signatures] = openNote(lines(checkpoint, "checkpoint"));
    const signed = readCheckpoint(signedText);
    await checkTree(receipt, signed);
    return { receipt, key: await signerOf(signedText, signatures, signed.origin, keys) };
}

// The receipt of a link: the fragment is its JSON, compressed (zlib) and in base64url.
async function receiptOfLink(fragment) {
    need(/^[A-Za-z0-9_-]+$/.test(fragment), "the link has no receipt");
    const base64 = fragment.replaceAll("-", "+").replaceAll("_", "/");
    const compressed = fromBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, "="), "the link is damaged");
    const chunks = [];
    let size = 0;

    try {
        const reader = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
        for (let part = await reader.read(); !part.done && size <= RECEIPT_SIZE_MAX; part = await reader.read()) {
            chunks.push(part.value);
            size += part.value.length;
        }
    } catch {
        throw new Error("the link is damaged, or this browser can't read it");
    }
    need(size <= RECEIPT_SIZE_MAX, "the link is too large");
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(concat(...chunks));
}

globalThis.receipts = { check: checkReceipt, ofLink: receiptOfLink, NotChecked };

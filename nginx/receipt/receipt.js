// The page: takes a receipt and keys, has them checked (check.js), says what a valid receipt proves.
// Nothing is sent or stored.
"use strict";

const element = (name) => document.getElementById(name);
const fields = ["receipt", "keys"].map(element);
let asked = 0; // which check the shown verdict is of

function showVerdict(verdict, reason, content = []) {
    element("result").dataset.verdict = verdict.toLowerCase();
    element("verdict").textContent = verdict;
    element("reason").textContent = reason;
    element("content").replaceChildren(...content.flatMap(([name, value]) => {
        const [term, description] = ["dt", "dd"].map((tag) => document.createElement(tag));

        term.textContent = name;
        description.textContent = value;
        return [term, description];
    }));
    element("result").focus();
}

// What was said of another input does not stay.
function forget() {
    asked++;
    delete element("result").dataset.verdict;
    ["verdict", "reason", "content"].forEach((name) => element(name).replaceChildren());
}

// In major units, if the currency is known.
function amount(minorUnits, currency) {
    const decimals = CURRENCIES[currency];

    if (decimals === undefined || !/^-?[0-9]+$/.test(minorUnits)) return `${minorUnits} ${currency} (minor units)`;
    const [, sign, digits] = /^(-?)(.*)$/.exec(minorUnits);
    const padded = digits.padStart(decimals + 1, "0");
    const point = padded.length - decimals;
    return `${sign}${padded.slice(0, point)}${decimals > 0 ? "." : ""}${padded.slice(point)} ${currency}`;
}

// A reference, metadata, or the balance of one side of a posting.
function opened({ name, value }, postings) {
    const [side, i] = name.split(" ");

    if (i === undefined) return [name === "reference" ? "Reference" : "Metadata", value];
    const posting = postings[i];
    return [`Balance of ${side === "from" ? posting.fromAccountId : posting.toAccountId} afterwards`,
        amount(value.split(" ")[0], posting.currency)];
}

function contentOf({ transaction, openings, index, size }, key) {
    const { mode, projectId, id: own, type, time, reverses, postings } = transaction;

    return [
        ["Transaction", own],
        ["Money", mode === "test" ? "Test money, which has no value" : mode],
        ["Type", type.replaceAll("_", " ")],
        ["Posted", time.replace("T", " ").replace("Z", " UTC")],
        ["Project", projectId === null ? "None: the platform's own books" : projectId],
        ...(reverses === null ? [] : [["Takes back the transaction", reverses]]),
        ...postings.map((posting) => ["Amount", `${amount(posting.minorUnits, posting.currency)}\n` +
            `from ${posting.fromAccountId}\nto ${posting.toAccountId}`]),
        ...openings.map((opening) => opened(opening, postings)),
        ["Sealed in", `${key.name}, index ${index} of ${size}`],
        ["Signed by the key", key.line],
    ];
}

async function check() {
    forget();
    const own = asked;
    const current = (...what) => own === asked && showVerdict(...what);

    try {
        const { receipt, key } = await receipts.check(...fields.map(({ value }) => value));
        current("Valid", "The operator has sealed this transaction, and it is as below. The receipt does not say " +
            "whether it was reversed later.", contentOf(receipt, key));
    } catch (error) {
        if (error instanceof receipts.NotChecked)
            current("Not checked", `${error.message}: it is not known whether the receipt is valid. Use a current ` +
                "browser, or the command “cowry receipt check”.");
        else current("Not valid", `What differs: ${error.message}.`);
    }
}

async function take(receipt) {
    forget();
    try {
        element("receipt").value = "";
        element("receipt").value = await receipt();
        element("keys").focus();
    } catch (error) {
        showVerdict("Not valid", `The receipt can't be read: ${error.message}.`);
    }
}

function takeLink() {
    if (location.hash.length > 1) take(() => receipts.ofLink(location.hash.slice(1)));
}

async function readFile(file) {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
}

element("check").addEventListener("submit", (event) => {
    event.preventDefault();
    check();
});
element("file").addEventListener("change", ({ target }) => target.files[0] && take(() => readFile(target.files[0])));
fields.forEach((field) => field.addEventListener("input", forget));
addEventListener("hashchange", takeLink);
takeLink();

// The interactive reference: one document at a time, chosen above or by the fragment (#drop).
"use strict";

const select = document.getElementById("dialect");
const link = document.getElementById("document");
const names = Array.from(select.options, (option) => option.value);

function show(name) {
    const url = `/openapi/${name}.json`;
    select.value = name;
    link.href = url;
    window.SwaggerUIBundle({
        url,
        dom_id: "#reference",
        validatorUrl: null,
        tryItOutEnabled: true,
        presets: [window.SwaggerUIBundle.presets.apis],
    });
}

function chosen() {
    const name = window.location.hash.slice(1);
    return names.includes(name) ? name : names[0];
}

select.addEventListener("change", () => {
    window.location.hash = select.value;
});
window.addEventListener("hashchange", () => show(chosen()));
show(chosen());

// What pages do beyond links and forms: copy a text, say that a form is on its way, guess the time zone, keep the
// editor's line numbers true, jump to a finding.
// Every page works without it.
"use strict";

for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = "Copied";
  });
}

for (const button of document.querySelectorAll("[data-busy]")) {
  button.form.addEventListener("submit", () => {
    button.textContent = button.dataset.busy;
    button.disabled = true;
  });
}

for (const input of document.querySelectorAll("[data-timezone]")) {
  input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

const definition = document.getElementById("definition");

const number = textarea => {
  const lines = textarea.value.split("\n").length;
  const id = textarea.id.replace("text-", "");
  textarea.rows = Math.max(lines, 12);
  for (const list of [`numbers-${id}`, `marks-${id}`].map(each => document.getElementById(each))) {
    while (list.children.length > lines) list.lastElementChild.remove();
    while (list.children.length < lines) {
      const line = document.createElement("li");
      if (list.className === "numbers") line.textContent = list.children.length + 1;
      list.append(line);
    }
  }
};

const jump = (index, line) => {
  document.getElementById(`tab-${index}`).checked = true;
  const textarea = document.getElementById(`text-${index}`);
  const lines = textarea.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  textarea.focus({ preventScroll: true });
  textarea.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  document.getElementById(`numbers-${index}`).children[line - 1]?.scrollIntoView({ block: "center" });
};

if (definition) {
  let changed = false;
  definition.addEventListener("input", event => {
    changed = true;
    if (event.target.tagName === "TEXTAREA") number(event.target);
  });
  definition.addEventListener("submit", () => { changed = false; });
  definition.addEventListener("click", event => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    jump(link.dataset.tab, Number(link.dataset.line));
  });
  addEventListener("beforeunload", event => { if (changed) event.preventDefault(); });
}

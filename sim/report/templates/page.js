"use strict";
// The language of the page; the reader's choice is remembered where the browser allows it, for pages that open in the
// same one, so that a page written anew in another language opens in that.
const root = document.documentElement;
const choice = "zonesim-language-" + root.lang;
function speak(language) {
  root.lang = language;
  document.title = root.dataset[language === "zh" ? "titleZh" : "titleEn"];
  for (const button of document.querySelectorAll("[data-language]"))
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
}
let remembered = null;
try { remembered = localStorage.getItem(choice); } catch (_) { /* a file may have no storage */ }
speak(remembered === "en" || remembered === "zh" ? remembered : root.lang);
for (const button of document.querySelectorAll("[data-language]"))
  button.addEventListener("click", () => {
    speak(button.dataset.language);
    try { localStorage.setItem(choice, button.dataset.language); } catch (_) { /* not remembered */ }
  });

// Tables sort by the column whose heading is pressed: numbers as numbers, what is empty last.
function shown(cell) {
  return [...cell.childNodes].filter((node) => node.nodeType === 3 || getComputedStyle(node).display !== "none")
    .map((node) => node.textContent).join("").trim();
}
function compare(one, other, sign) {
  if (one === "" || other === "") return (one === "") - (other === "");
  const [a, b] = [Number(one), Number(other)];
  return sign * (Number.isNaN(a) || Number.isNaN(b) ? one.localeCompare(other, root.lang) : a - b);
}
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = table.tHead.rows[table.tHead.rows.length - 1].cells;
  for (const heading of headings)
    heading.querySelector("button").addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      for (const each of headings) each.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const column = [...headings].indexOf(heading);
      const keyed = [...table.tBodies[0].rows].map((row) => {
        const cell = row.cells[column];
        return [cell.dataset.v ?? shown(cell), row];
      });
      keyed.sort((one, other) => compare(one[0], other[0], down ? -1 : 1));
      table.tBodies[0].append(...keyed.map(([, row]) => row));
    });
}

// Tables with a filter show the rows that hold what is typed, in what is no figure.
for (const input of document.querySelectorAll("input[data-table]")) {
  const rows = [...document.getElementById(input.dataset.table).tBodies[0].rows];
  const count = document.getElementById(input.dataset.table + "-count");
  const texts = rows.map((row) => [...row.cells].filter((cell) => !cell.classList.contains("n")).map((cell) => cell.textContent).join(" ").toLowerCase());
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    rows.forEach((row, at) => { row.hidden = !texts[at].includes(wanted); });
    count.textContent = rows.filter((row) => !row.hidden).length + " / " + rows.length;
  });
}

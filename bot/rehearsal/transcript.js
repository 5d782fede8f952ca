"use strict";
(() => {
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const cards = [...document.querySelectorAll(".card")];
  const groups = [...document.querySelectorAll(".moment"), ...document.querySelectorAll(".day")];
  const links = [...document.querySelectorAll(".days a")];
  const apply = () => {
    const wanted = [...form.querySelectorAll("select")].filter((select) => select.value);
    let count = 0;
    for (const card of cards) {
      card.hidden = !wanted.every((select) => card.dataset[select.name] === select.value);
      count += card.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector(".card:not([hidden])");
    }
    for (const link of links) {
      link.hidden = document.querySelector(link.getAttribute("href")).hidden;
    }
    shown.textContent = count === cards.length ? `All ${count} posts` : `${count} of ${cards.length} posts`;
  };
  form.hidden = false;
  form.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#post-"]');
    if (link && document.querySelector(link.getAttribute("href")).hidden) {
      form.reset();
      setTimeout(() => document.querySelector(link.getAttribute("href")).scrollIntoView());
    }
  });
  apply();
})();

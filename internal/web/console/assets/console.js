// Keys for the desk. Every page works without this file.
"use strict";
(() => {
  const find = (s) => document.querySelector(s);
  const typing = (el) => el && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) ||
    (el.tagName === "INPUT" && !/^(checkbox|radio|submit|button)$/.test(el.type)));

  // Rows of a list: j and k move the focus, Enter follows the link.
  const rows = () => [...document.querySelectorAll("[data-row]:not(:disabled)")];
  const step = (by) => {
    const link = find(by > 0 ? "[data-next]" : "[data-prev]");
    if (link) { link.click(); return; }
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[to].focus();
  };

  // Approving, and taking over, takes two strokes: the first shows what is about to happen.
  const press = (what, words) => {
    const b = find(what);
    if (!b) return;
    if (document.activeElement === b && b.dataset.armed) {
      if (b.form.elements.sure) b.form.elements.sure.checked = true; // the words on the button said so
      b.click();
      return;
    }
    b.focus();
    if (b.dataset.armed) return;
    b.dataset.armed = "1";
    b.dataset.words = b.innerHTML;
    b.textContent = b.dataset.again || words;
    b.addEventListener("blur", () => { delete b.dataset.armed; b.innerHTML = b.dataset.words; }, { once: true });
  };

  const unfold = (what) => {
    const d = find(what);
    if (!d) return;
    d.open = true;
    d.querySelector("textarea").focus();
  };

  // A suggested answer goes into the answer field, to be read, changed and sent by hand. What an
  // officer has typed is never lost.
  const suggest = (a) => {
    const box = find("form.reply textarea");
    if (!a || !box) return;
    const ours = [...document.querySelectorAll("[data-suggest]")].map((x) => x.dataset.text);
    const typed = box.value.trim();
    box.value = typed && !ours.includes(typed) ? typed + "\n" + a.dataset.text : a.dataset.text;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    box.scrollTop = 0;
    find("#suggested").textContent = "已填入第 " + a.dataset.suggest + " 条建议，看过、改好再发送。";
  };

  // Copies what is to be posted. Without a secure address the browser has only the old way.
  const copy = async () => {
    const b = find("[data-copy]"), from = b && find(b.dataset.copy);
    if (!from) return;
    let done = false;
    try { await navigator.clipboard.writeText(from.value); done = true; } catch {
      from.focus(); from.select();
      done = document.execCommand("copy");
      b.focus();
    }
    find("#copied").textContent = done ? "已复制全文。" : "没能复制，请在框内全选后复制。";
  };

  const help = () => {
    const d = find("#keys");
    if (d) { if (d.open) d.close(); else d.showModal(); }
  };

  const keys = {
    j: () => step(1), k: () => step(-1), a: () => press("#approve", "再按一次 a 确认批准"), e: () => unfold("#edit"), "?": help,
    c: copy, r: () => (find("#reason") || find("form.reply textarea"))?.focus(), h: () => find("a.brand")?.click(),
    t: () => press("#hand-talk"), p: () => unfold("#call"),
  };
  for (const n of "12345") keys[n] = () => suggest(find(`[data-suggest="${n}"]`));

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || e.isComposing || typing(e.target)) return;
    if (find("#keys")?.open && e.key !== "?") return;
    const act = keys[e.key];
    if (act) { e.preventDefault(); act(); }
  });

  // Escape leaves a box, so that the keys work again.
  document.addEventListener("keyup", (e) => {
    if (e.key === "Escape" && typing(document.activeElement)) document.activeElement.blur();
  });

  find("[data-copy]")?.addEventListener("click", copy);
  for (const a of document.querySelectorAll("[data-suggest]")) a.addEventListener("click", (e) => { e.preventDefault(); suggest(a); });

  // Where very many accounts can be ticked, all of them are ticked or cleared at once.
  for (const set of document.querySelectorAll("fieldset[data-many]")) {
    const boxes = [...set.querySelectorAll("input[type=checkbox]")];
    if (boxes.length < 8) continue;
    const row = document.createElement("p");
    for (const [words, on] of [["全选", true], ["全不选", false]]) {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = words;
      b.addEventListener("click", () => {
        boxes.forEach((x) => { x.checked = on; });
        set.dispatchEvent(new Event("change", { bubbles: true }));
      });
      row.append(b, " ");
    }
    set.querySelector("legend").after(row);
  }

  // How many accounts are ticked stands on the button that decides for all of them.
  const together = find("form[data-together]");
  if (together && find("[data-ticked]")) {
    const b = find("#approve"), again = b.dataset.again;
    const count = () => {
      const n = together.querySelectorAll("input[name=tick]:checked").length, shown = find("[data-ticked]");
      if (shown) shown.textContent = n + " 个账号";
      b.dataset.again = again + " " + n + " 个账号";
    };
    together.addEventListener("change", count);
    addEventListener("pageshow", count);
  }

  // How long there is, counted down; the page itself says it in minutes.
  for (const el of document.querySelectorAll("[data-until]")) {
    const tick = () => {
      const s = Math.floor((Date.parse(el.dataset.until) - Date.now()) / 1000), a = Math.abs(s);
      el.textContent = (s < 0 ? "已超过 " : "还剩 ") + (a < 3600 ? "" : Math.floor(a / 3600) + " 小时 ") + Math.floor(a % 3600 / 60) + " 分 " + a % 60 + " 秒";
    };
    tick();
    setInterval(tick, 1000);
  }

  // A second click would be answered with the first outcome anyway; this only says so.
  document.addEventListener("submit", (e) => {
    const b = e.submitter;
    if (e.defaultPrevented || !b || e.target.method === "dialog") return;
    setTimeout(() => { b.setAttribute("aria-busy", "true"); }, 0);
  });

  // On a narrow screen the navigation scrolls sideways: begin where one is.
  for (const here of document.querySelectorAll(".side [aria-current], .tabs [aria-current]")) {
    const row = here.closest("nav");
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  // The front page renews itself, but an empty chair must not keep a session alive:
  // half an hour after the last touch it stops.
  const touched = () => sessionStorage.setItem("touched", Date.now());
  if (!sessionStorage.getItem("touched")) touched();
  for (const what of ["keydown", "pointerdown", "pointermove"]) document.addEventListener(what, touched, { passive: true });
  const every = Number(document.body.dataset.refresh);
  if (every) {
    setInterval(() => {
      const away = Date.now() - Number(sessionStorage.getItem("touched") || 0) > 30 * 60 * 1000;
      const busy = away || typing(document.activeElement) || find("#keys")?.open || find(".alarm details[open]");
      if (!document.hidden && !busy) location.reload();
    }, every * 1000);
  }
})();

// Shows what is new without touching what is being typed.
"use strict";
const parts = ["live-chat", "live-timeline"];

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of parts) {
      const here = document.getElementById(id);
      const there = fresh.getElementById(id);
      if (here && there && here.innerHTML !== there.innerHTML && !here.contains(document.activeElement.closest("form"))) {
        here.replaceChildren(...there.childNodes);
      }
    }
  } catch {
    // The platform is away; the next round tries again.
  }
}

setInterval(refresh, 2000);
